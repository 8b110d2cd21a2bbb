import type { AnyMachineSnapshot } from 'xstate';
import type { ConnectionEvent, ConnectionSpawn } from '../machines/connection.ts';
import type { CallContext, CallEvent, CallInput } from '../machines/schema/call.ts';
import type { ConnectionContext } from '../machines/schema/connection.ts';
import type { ProgramContext, ProgramEvent, ProgramInput } from '../machines/schema/program.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import type { SourceEvent, SourceSpawn } from '../machines/source.ts';
import type { ActorKind, LogRow, Row } from './store.ts';

/** The persisted actors there are: what each keeps, hears and begins with. */
export interface Actors {
  call: { context: CallContext; event: CallEvent; input: CallInput };
  program: { context: ProgramContext; event: ProgramEvent; input: ProgramInput };
  source: { context: SourceContext; event: SourceEvent; input: SourceSpawn };
  connection: { context: ConnectionContext; event: ConnectionEvent; input: ConnectionSpawn };
}

/** What is known of an actor from its row. */
export interface Actor<K extends ActorKind> {
  kind: K;
  id: string;
  seq: number;
  at: string;
  state: string;
  context: Actors[K]['context'];
}

/** An actor whose newest transition is stored. */
export type Published = { [K in ActorKind]: Actor<K> & { cursor: number; entries: readonly LogRow[] } }[ActorKind];

/** What an actor's snapshot says of it. */
export const facts = (kind: ActorKind, id: string, { snapshot, seq, at }: { snapshot: AnyMachineSnapshot; seq: number; at: string }) => ({
  kind,
  id,
  seq,
  at,
  state: String(snapshot.value),
  context: snapshot.context,
});

/** Reads an actor's facts off its row without bringing it to life. */
export function fromRow(id: string, row: Row) {
  return { kind: row.kind, id, seq: row.seq, at: row.at, state: row.snapshot.value, context: row.snapshot.context };
}
