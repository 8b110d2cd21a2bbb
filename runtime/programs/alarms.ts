import type { Op, Store } from '../store.ts';

/** Beyond this year a time is no longer written with four digits, and would not be found in its order. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The ends of sleeps, as rows of the one index of deadlines (runtime/scheduler.ts): a row for each sleep, written with the step that asked
 * for it, removed with its end. So they are kept by whichever daemon runs when they are due.
 */
export function createAlarms(store: Store, consider: (at: string) => void) {
  const row = (program: string, n: number, due: number): string => `${timeOf(due)}!program:${program}!${n}`;
  return {
    set: (program: string, n: number, due: number): Op => store.put(store.due, row(program, n, due), ''),
    clear: (program: string, n: number, due: number): Op => store.del(store.due, row(program, n, due)),
    /** To be told once the row is stored: only then is it found. */
    stored: (due: number): void => consider(timeOf(due)),
  };
}
export type Alarms = ReturnType<typeof createAlarms>;

const timeOf = (due: number): string => new Date(Math.min(due, LAST_MS)).toISOString();

/** Whose alarm an id of the index names, if it is one. */
export function alarmIn(id: string): { program: string; n: number } | undefined {
  const mark = id.indexOf('!');
  return mark < 0 ? undefined : { program: id.slice(0, mark), n: Number(id.slice(mark + 1)) };
}
