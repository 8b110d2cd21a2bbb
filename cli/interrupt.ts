import { ask, canAsk } from './ask.ts';
import type { Daemon } from './connect.ts';
import { EXIT } from './exit-codes.ts';
import { note } from './print.ts';
import type { Progress } from './progress.ts';
import { executionPath } from './settle.ts';

/** Stands between Ctrl-C and an execution that is followed. */
export interface InterruptGuard {
  /** The execution is followed no longer. Once Ctrl-C was pressed this never resolves: nothing is printed any more, and the process ends. */
  end(): Promise<void>;
}

/**
 * Ctrl-C while an execution is followed cancels it: on a terminal after asking, elsewhere at once. A second Ctrl-C just leaves.
 * @param id undefined in the end when there is nothing to cancel
 */
export function guardInterrupt(daemon: Daemon, id: string | Promise<string | undefined>, progress: Progress): InterruptGuard {
  let asked = false;
  const onInterrupt = () => {
    if (asked) process.exit(EXIT.interrupted);
    asked = true;
    progress.end();
    void Promise.resolve(id).then(known => leave(daemon, known));
  };
  process.on('SIGINT', onInterrupt);
  return {
    end: async () => {
      if (asked) await new Promise(() => {});
      process.off('SIGINT', onInterrupt);
    },
  };
}

async function leave(daemon: Daemon, id: string | undefined): Promise<void> {
  if (id !== undefined) {
    try {
      if (!canAsk() || (await ask(`\nCancel ${id} as well?`))) {
        await daemon.ask({ method: 'POST', path: `${executionPath(id)}/cancel`, body: {} });
        note(`cancelled ${id}`);
      } else {
        note(`${id} goes on: executor executions show ${id}`);
      }
    } catch (error) {
      note(`${id} was not cancelled: ${(error as Error).message}`);
    }
  }
  process.exit(EXIT.interrupted);
}
