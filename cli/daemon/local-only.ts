import { UnreachableError } from '../failure.ts';

/**
 * The commands that start, stop or read the background daemon are about this machine's.
 * @throws UnreachableError when `EXECUTOR_URL` names another one
 */
export function localOnly(): void {
  if (!process.env.EXECUTOR_URL) return;
  throw new UnreachableError('EXECUTOR_URL is set, so no daemon is started or stopped here; unset it to manage the local one');
}
