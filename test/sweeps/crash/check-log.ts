import { isDeepStrictEqual } from 'node:util';
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { callMachine } from '../../../machines/call.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { programMachine } from '../../../machines/program.ts';
import { sourceMachine } from '../../../machines/source.ts';
import type { LogRow, Row } from '../../../runtime/store.ts';

const MACHINES = { call: callMachine, program: programMachine, source: sourceMachine, connection: connectionMachine } as const;

/** Plays an event log through the pure machine: every recorded state must come out, and at the end the row. */
export function checkLog(name: string, row: Row, log: readonly LogRow[]): string[] {
  const machine = MACHINES[row.kind] as unknown as AnyStateMachine;
  const [first] = log;
  if (!first) return [`${name} has a row and no log`];
  if (log.length !== row.seq) return [`${name}: the row is at seq ${row.seq}, the log has ${log.length} entries`];
  let snapshot = initialTransition(machine, (first.event as unknown as { input: never }).input)[0] as AnyMachineSnapshot;
  for (const [index, entry] of log.entries()) {
    if (entry.seq !== index + 1) return [`${name}: entry ${index + 1} of the log says seq ${entry.seq}`];
    if (index > 0) [snapshot] = transition(machine, snapshot as never, entry.event as never) as unknown as [AnyMachineSnapshot];
    if (String(snapshot.value) !== entry.state)
      return [`${name}: replayed, entry ${entry.seq} (${entry.event.type}) gives ${snapshot.value}, recorded is ${entry.state}`];
  }
  const replayed = JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot as never)));
  return isDeepStrictEqual(replayed, row.snapshot) ? [] : [`${name}: the replayed log is not the row`];
}
