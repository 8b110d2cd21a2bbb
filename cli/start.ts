import { dispatch } from './dispatch.ts';
import { report } from './report.ts';

/** Runs a command line and gives its exit code, whatever happens. */
export async function start(argv: readonly string[], self: { entry: string; version: () => string }): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveQuietly);
  try {
    return await dispatch(argv, self);
  } catch (error) {
    return report(error, argv.includes('--json'));
  }
}

/** A reader that has seen enough (`executor tools list | head`) is no error. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
