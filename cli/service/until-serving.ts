import { setTimeout as sleep } from 'node:timers/promises';
import { type Located, locate } from '../daemon/locate.ts';
import { UnreachableError } from '../failure.ts';

const PATIENCE_MS = 30_000;

/**
 * Waits until the service's daemon answers.
 * @throws UnreachableError naming its log
 */
export async function untilServing(log: string): Promise<Located> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(50)) {
    const running = await locate();
    if (running) return running;
  }
  throw new UnreachableError(`the service was started, but its daemon does not answer; its log is ${log}`);
}
