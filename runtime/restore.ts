import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { Logic } from './logic.ts';
import { revive } from './step.ts';
import type { Row, RowSnapshot } from './store.ts';

const compiled = new Map<TSchema, TypeCheck<TSchema>>();

function checkOf(schema: TSchema): TypeCheck<TSchema> {
  const known = compiled.get(schema);
  if (known) return known;
  const check = TypeCompiler.Compile(schema);
  compiled.set(schema, check);
  return check;
}

/** Compiles the check of a kind's context ahead of its first row: that takes longer than all the rest. */
export function prepare({ context }: Logic): void {
  checkOf(context);
}

/**
 * Checks a row and brings it to this build's version, step by step: the one door through which everything that is on disk comes in.
 * @throws Error with the reason, for the quarantine
 */
export function migrated(logic: Logic, row: unknown): Row {
  const { version, seq, snapshot: stored } = envelope(row);
  if (version > logic.version) throw new Error(`the row is of machine version ${version}, this build knows up to ${logic.version}`);
  let snapshot: unknown = stored;
  for (let from = version; from < logic.version; from++) {
    const migrate = logic.migrations[from];
    if (!migrate) throw new Error(`there is no migration from machine version ${from}`);
    snapshot = migrate(snapshot as never);
  }
  const { value, context, children } = snapshot as RowSnapshot;
  const { states } = (logic.machine as AnyStateMachine).root;
  if (typeof value !== 'string' || !Object.hasOwn(states, value))
    throw new Error(`the row is in a state this build does not know: ${value}`);
  for (const [id, child] of Object.entries(children ?? {})) {
    if (!(child.src in logic.effects)) throw new Error(`effect "${id}" names an unknown source "${child.src}"`);
  }
  const check = checkOf(logic.context);
  if (!check.Check(context)) {
    const first = check.Errors(context).First();
    throw new Error(`the context does not fit at ${first?.path || '/'}: ${first?.message}`);
  }
  return { ...(row as Row), seq, version: logic.version, snapshot: snapshot as RowSnapshot };
}

function envelope(row: unknown): Row {
  const { version, seq, snapshot } = (typeof row === 'object' && row !== null ? row : {}) as Partial<Row>;
  if (typeof version !== 'number' || typeof seq !== 'number' || typeof snapshot !== 'object' || snapshot === null) {
    throw new Error('it is no row: it has no version, number or snapshot');
  }
  return row as Row;
}

/**
 * Brings a row back as a snapshot; nothing is started.
 * @throws Error with the reason, for the quarantine
 */
export function restore(logic: Logic, row: Row): AnyMachineSnapshot {
  const { snapshot } = migrated(logic, row);
  const restored = revive(logic.machine as AnyStateMachine, snapshot);
  if (restored.status === 'error') throw restored.error instanceof Error ? restored.error : new Error(String(restored.error));
  return restored;
}
