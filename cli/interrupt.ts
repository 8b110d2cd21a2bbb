import { ask, canAsk } from './ask.ts';
import type { Daemon } from './connect.ts';
import { EXIT } from './exit-codes.ts';
import { note } from './print.ts';
import type { Progress } from './progress.ts';
import { executionPath } from './settle.ts';

/** Ctrl-C while an execution is followed: asks on a terminal whether to cancel it too; a second Ctrl-C just leaves. */
export function guardInterrupt(daemon: Daemon, id: string, progress: Progress): { end(): void } {
  let asked = false;
  const onInterrupt = () => {
    if (asked) process.exit(EXIT.interrupted);
    asked = true;
    progress.end();
    void leave(daemon, id);
  };
  process.on('SIGINT', onInterrupt);
  return {
    end: () => {
      process.off('SIGINT', onInterrupt);
    },
  };
}

async function leave(daemon: Daemon, id: string): Promise<void> {
  try {
    if (canAsk() && (await ask(`\nCancel ${id} as well?`))) {
      await daemon.ask({ method: 'POST', path: `${executionPath(id)}/cancel`, body: {} });
      note(`cancelled ${id}`);
    } else {
      note(`${id} goes on: executor executions show ${id}`);
    }
  } catch (error) {
    note(`${id} was not cancelled: ${(error as Error).message}`);
  }
  process.exit(EXIT.interrupted);
}
