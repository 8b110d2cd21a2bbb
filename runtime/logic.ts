import type { TSchema } from '@sinclair/typebox';
import type { AnyMachineSnapshot } from 'xstate';
import type { AuditDraft } from '../machines/schema/audit.ts';
import type { Fault } from '../machines/schema/fault.ts';
import type { Op } from './store.ts';

/** What an effect is given. `resumed` says that the process ended while it was under way: it may have happened already. */
export interface EffectRequest {
  id: string;
  input: unknown;
  context: unknown;
  resumed: boolean;
  signal: AbortSignal;
}

/** What fills a hole in a machine. */
export interface Effect {
  /** True when it may start before its transition is stored: it changes nothing in the world. */
  early?(request: EffectRequest): boolean;
  /** Operations that must be on disk, with fsync, before it starts. */
  claim?(request: EffectRequest): Op[];
  /** Operations that go with the transition its end causes. */
  settle?(request: EffectRequest, end: { output?: unknown; error?: unknown }): Op[];
  /** True when it may take for ever: a daemon that stops does not wait for its end, the next start takes it up again. */
  readonly lasting?: boolean;
  /** A value that is no promise ends it at once, in the same tick and batch. */
  run(request: EffectRequest): unknown;
}

/** A key under which an actor is found, and what is said of it there. */
export type IndexRow = readonly [key: string, value: string];

/** What the registry knows of one kind of actor. */
export interface Logic {
  machine: unknown;
  /** What its context must fit, also when it is read from disk. */
  context: TSchema;
  version: number;
  /** From version n to n + 1: pure, each with a frozen fixture. */
  migrations: Readonly<Record<number, (snapshot: never) => unknown>>;
  effects: Readonly<Record<string, Effect>>;
  /** Says why an actor is not to be stored at all. */
  refuse?(snapshot: AnyMachineSnapshot): Fault | undefined;
  /** False when its first row may not wait for its second, though its effects run already. */
  patient?(id: string, context: unknown): boolean;
  /** True when nobody waits to hear what it came to: it is stored with whatever is stored next. */
  unawaited?(id: string, snapshot: AnyMachineSnapshot): boolean;
  /** True when a transition announces or settles something a person relies on: its batch is fsynced. */
  sync(before: AnyMachineSnapshot | undefined, after: AnyMachineSnapshot): boolean;
  /** Where the actor is to be found. */
  index(id: string, snapshot: AnyMachineSnapshot): IndexRow[];
  /** What of a transition goes on record, in its batch. */
  notes?(event: { type: string; at: string }, before: AnyMachineSnapshot | undefined, after: AnyMachineSnapshot): AuditDraft[];
  /** When its deadline is, as ISO time. */
  due(snapshot: AnyMachineSnapshot): string | undefined;
}

/** Sequence numbers in keys, so that they sort as numbers do. */
export const padded = (seq: number): string => String(seq).padStart(10, '0');
