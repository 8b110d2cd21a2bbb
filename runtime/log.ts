import type { AbstractSnapshot } from 'abstract-level';
import { padded } from './logic.ts';
import type { LogRow, Op, Store } from './store.ts';

/*
 * The event log of an actor: one row for each batch, with the entries of that batch, under the number of the first of them. An entry is
 * never left out and never changed.
 */

const range = (name: string) => ({ gte: `${name}!`, lt: `${name}"` });

/** The row for the entries of one batch. `name` is `<kind>:<id>`. */
export const logRow = (store: Store, name: string, entries: readonly LogRow[]): Op[] =>
  entries.length === 0 ? [] : [store.put(store.log, `${name}!${padded(entries[0]!.seq)}`, entries as LogRow[])];

/** Every entry of an actor, in order. */
export async function readLog(store: Store, name: string, snapshot?: AbstractSnapshot): Promise<LogRow[]> {
  const rows = await store.log.values({ ...range(name), ...(snapshot && { snapshot }) }).all();
  return rows.flat();
}

/** Operations that remove the log of an actor. */
export async function dropLog(store: Store, name: string): Promise<Op[]> {
  const ops: Op[] = [];
  for await (const key of store.log.keys(range(name))) ops.push(store.del(store.log, key));
  return ops;
}
