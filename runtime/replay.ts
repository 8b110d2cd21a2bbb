import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { canonical } from './canonical.ts';
import type { Logic } from './logic.ts';
import { advance, begin } from './step.ts';
import type { LogRow, Row, RowSnapshot } from './store.ts';

/** One recorded step, and what the machine makes of it. */
export interface Step extends LogRow {
  context: unknown;
}

/**
 * Plays a recorded event log through the machine again; nothing is done, only computed. This is what time travel shows.
 * @throws Error when the log does not begin with the actor's creation
 */
export function replay(logic: Pick<Logic, 'machine'>, entries: readonly LogRow[]): { steps: Step[]; final: AnyMachineSnapshot } {
  const machine = logic.machine as AnyStateMachine;
  const [first, ...rest] = entries;
  if (first?.event.type !== 'xstate.init') throw new Error('the log does not begin with the creation of the actor');
  let [snapshot] = begin(machine, (first.event as { input?: unknown }).input);
  const steps: Step[] = [{ ...first, state: String(snapshot.value), context: snapshot.context }];
  for (const entry of rest) {
    [snapshot] = advance(machine, snapshot, entry.event);
    steps.push({ ...entry, state: String(snapshot.value), context: snapshot.context });
  }
  return { steps, final: snapshot };
}

/** What a replayed log and the stored states disagree about; empty when they are the same. */
export function differences(logic: Logic, row: Row, entries: readonly LogRow[]): string[] {
  if (row.version !== logic.version) return [];
  const found: string[] = [];
  try {
    const { steps, final } = replay(logic, entries);
    steps.forEach((step, index) => {
      const recorded = entries[index]!;
      if (step.state !== recorded.state) found.push(`step ${recorded.seq}: recorded ${recorded.state}, replayed ${step.state}`);
      if (recorded.seq !== index + 1) found.push(`step ${index + 1} is missing`);
    });
    if (entries.length !== row.seq) found.push(`the row is at step ${row.seq}, the log ends at ${entries.length}`);
    const persisted = (logic.machine as AnyStateMachine).getPersistedSnapshot(final as never) as unknown as RowSnapshot;
    const plain = JSON.parse(JSON.stringify(persisted)) as RowSnapshot;
    for (const part of ['value', 'status', 'context'] as const) {
      if (canonical(plain[part]) !== canonical(row.snapshot[part])) found.push(`the ${part} in the row is not the one the log leads to`);
    }
  } catch (error) {
    found.push(error instanceof Error ? error.message : String(error));
  }
  return found;
}
