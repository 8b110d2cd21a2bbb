import type { AnyMachineSnapshot } from 'xstate';
import type { Leash } from './effect-leash.ts';
import type { ActorKind, LogRow, Op } from './store.ts';

/** An actor in memory: its newest state, and what of it is still to be stored. */
export interface Live {
  readonly kind: ActorKind;
  readonly id: string;
  snapshot: AnyMachineSnapshot;
  /** What is on disk: the index rows are the difference to it. */
  stored: AnyMachineSnapshot | undefined;
  seq: number;
  at: string;
  dirty: boolean;
  /** A batch with its row is under way: until it is done the row on disk is not its newest state. */
  writing: boolean;
  sync: boolean;
  ops: Op[];
  /** Log entries of the next batch. */
  entries: LogRow[];
  /** Effects that wait for their transition to be stored, and those under way, by the id the machine gives them. */
  starting: Map<string, () => void>;
  running: Map<string, Leash>;
}

/** An actor of which nothing is stored yet. */
export const blank = (kind: ActorKind, id: string, snapshot: AnyMachineSnapshot): Live => ({
  kind,
  id,
  snapshot,
  stored: undefined,
  seq: 0,
  at: '',
  dirty: false,
  writing: false,
  sync: false,
  ops: [],
  entries: [],
  starting: new Map(),
  running: new Map(),
});

/** The name of an actor in keys. */
export const nameOf = (kind: ActorKind, id: string): string => `${kind}:${id}`;
