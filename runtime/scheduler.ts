import type { ActorKind, Store } from './store.ts';

/** Timers run on a clock of their own: so often the wall clock is looked at, in case it jumped. */
const LONGEST_MS = 60_000;

/**
 * Deadlines are absolute times in rows, found through one index by time; there is one timer, for the earliest. Overdue ones fire at
 * start, and a clock that jumps is noticed within a minute.
 * `fire` says whether the deadline was kept; one that was not is tried again in a minute.
 */
export function createScheduler(store: Store, now: () => Date, fire: (kind: ActorKind, id: string, at: string) => boolean) {
  let timer: NodeJS.Timeout | undefined;
  let earliest: string | undefined;
  let running: Promise<void> | undefined;
  /** Something came due while the index was being looked through: it may lie before the place that was reached. */
  let again = false;
  let stopped = false;

  function arm(due: string): void {
    if (stopped || (earliest !== undefined && earliest <= due)) return;
    earliest = due;
    clearTimeout(timer);
    const wait = Math.min(Math.max(0, Date.parse(due) - now().getTime()), LONGEST_MS);
    timer = setTimeout(run, wait);
    timer.unref();
  }

  /** Fires everything that is due, then sets the timer for the next. */
  function run(): Promise<void> {
    again = running !== undefined;
    running ??= sweep().finally(() => {
      running = undefined;
      if (again && !stopped) return run();
    });
    return running;
  }

  async function sweep(): Promise<void> {
    earliest = undefined;
    clearTimeout(timer);
    const past = now().toISOString();
    for await (const key of store.due.keys()) {
      if (stopped) return;
      const at = key.slice(0, key.indexOf('!'));
      if (at > past) {
        arm(at);
        return;
      }
      const name = key.slice(at.length + 1);
      const colon = name.indexOf(':');
      const isFired = fire(name.slice(0, colon) as ActorKind, name.slice(colon + 1), at);
      if (!isFired) arm(new Date(now().getTime() + LONGEST_MS).toISOString());
    }
  }

  return {
    run,
    /** Told of a deadline that may be earlier than the one the timer is set for. */
    consider: arm,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
