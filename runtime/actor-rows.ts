import type { AnyMachineSnapshot } from 'xstate';
import { type Live, nameOf } from './live.ts';
import { logRow } from './log.ts';
import type { Logic } from './logic.ts';
import { persisted } from './step.ts';
import type { Op, Store } from './store.ts';

/** Everything of an actor that goes into the next batch: what it asked for itself, its log, its row, and where it is to be found. */
export function actorRows(store: Store, logic: Logic, actor: Live): Op[] {
  const { kind, id, seq, at, stored, snapshot } = actor;
  const name = nameOf(kind, id);
  return [
    ...actor.ops,
    ...logRow(store, name, actor.entries),
    store.put(store.actor, name, { kind, version: logic.version, seq, at, snapshot: persisted(snapshot) }),
    ...found(store, logic, id, stored, snapshot),
    ...due(store, logic, name, stored, snapshot),
    ...busy(store, name, stored, snapshot),
  ];
}

type Before = AnyMachineSnapshot | undefined;

function found(store: Store, logic: Logic, id: string, stored: Before, snapshot: AnyMachineSnapshot): Op[] {
  const before = new Map(stored ? logic.index(id, stored) : []);
  const ops: Op[] = [];
  for (const [key, value] of logic.index(id, snapshot)) {
    if (before.get(key) !== value) ops.push(store.put(store.index, key, value));
    before.delete(key);
  }
  for (const key of before.keys()) ops.push(store.del(store.index, key));
  return ops;
}

function due(store: Store, logic: Logic, name: string, stored: Before, snapshot: AnyMachineSnapshot): Op[] {
  const was = stored && logic.due(stored);
  const is = logic.due(snapshot);
  if (was === is) return [];
  return [...(was ? [store.del(store.due, `${was}!${name}`)] : []), ...(is ? [store.put(store.due, `${is}!${name}`, '')] : [])];
}

function busy(store: Store, name: string, stored: Before, snapshot: AnyMachineSnapshot): Op[] {
  const was = stored?.hasTag('busy') ?? false;
  const is = snapshot.hasTag('busy');
  if (was === is) return [];
  return [is ? store.put(store.active, name, { boots: 0 }) : store.del(store.active, name)];
}
