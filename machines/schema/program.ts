import { type Static, Type } from '@sinclair/typebox';
import { Fault } from './fault.ts';
import { Decision } from './policy.ts';
import { Principal } from './principal.ts';
import { Clearable, Stored } from './reference.ts';
import { Effect } from './tool.ts';

export const ProgramState = Type.Union([
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('done'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type ProgramState = Static<typeof ProgramState>;

/**
 * What is known of a program's calls without looking at them: how many there are, the steps of the first of them, and the steps of those
 * that ever had a question for a person. A call's id follows from the program's id and the step.
 */
export const Tally = Type.Object({
  total: Type.Integer(),
  first: Type.Array(Type.Integer()),
  asked: Type.Array(Type.Integer()),
});
export type Tally = Static<typeof Tally>;

export const PlannedWrite = Type.Object({
  tool: Type.String(),
  input: Type.Unknown(),
  connection: Type.Optional(Type.String()),
  effect: Effect,
  /** What the rules say of it now. */
  decision: Decision,
  /** The hash of the tool's definition. */
  definition: Type.String(),
});
/** A write that a tried-out program would have made. */
export type PlannedWrite = Static<typeof PlannedWrite>;

/** Where a program comes from that goes on from another one's journal. */
export const Fork = Type.Object({ id: Type.String(), step: Type.Integer({ minimum: 0 }) });
export type Fork = Static<typeof Fork>;

/** What is said of a program when it is created, and stays so. */
const asked = {
  id: Type.String(),
  code: Stored,
  principal: Principal,
  /** What all its randomness comes from. */
  seed: Type.String(),
  /** What its clock shows at the beginning, when that is not the time of its creation. */
  clock: Type.Optional(Type.String()),
  /** Milliseconds it may run; those in which it only waits for people do not count. */
  timeoutMs: Type.Optional(Type.Integer()),
  idempotencyKey: Type.Optional(Type.String()),
  /** The caller's trace and span, as W3C's `traceparent`. */
  traceparent: Type.Optional(Type.String()),
  forkedFrom: Type.Optional(Fork),
  /** It is only tried out: writes are planned, not made. */
  simulate: Type.Optional(Type.Boolean()),
  /** The tried-out program whose plan was approved for this run. */
  plan: Type.Optional(Type.String()),
  words: Type.Optional(Type.Array(Type.String())),
};

/** What is asked for when a program is created. */
export const ProgramInput = Type.Object({ ...asked, at: Type.String() });
export type ProgramInput = Static<typeof ProgramInput>;

/** The program machine's context: exactly what is written to disk. The journal has its own keyspace. */
export const ProgramContext = Type.Object({
  ...asked,
  startedAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
  /** How often it was set running: once, and once after each pause. */
  runs: Type.Integer({ minimum: 1 }),
  calls: Tally,
  /** Steps that a paused program waits for. */
  waiting: Clearable(Type.Array(Type.Integer())),
  /** When its time is up, while it runs; what is left of it, while it is paused. */
  deadline: Clearable(Type.String()),
  leftMs: Clearable(Type.Integer()),
  result: Type.Optional(Stored),
  fault: Type.Optional(Fault),
});
export type ProgramContext = Static<typeof ProgramContext>;

/** How a program ended by itself. */
export const ProgramEnd = Type.Object({ result: Type.Optional(Stored), fault: Type.Optional(Fault), calls: Tally });
export type ProgramEnd = Static<typeof ProgramEnd>;

export const ProgramEvent = Type.Union([
  /** Everything it waits for waits for a person. */
  Type.Object({ type: Type.Literal('pause'), at: Type.String(), waiting: Type.Array(Type.Integer()), calls: Tally }),
  /** Something it waits for does no longer wait for a person. */
  Type.Object({ type: Type.Literal('wake'), at: Type.String() }),
  Type.Object({ type: Type.Literal('cancel'), at: Type.String(), by: Type.String(), calls: Type.Optional(Tally) }),
  Type.Object({ type: Type.Literal('expire'), at: Type.String(), calls: Type.Optional(Tally) }),
]);
export type ProgramEvent = Static<typeof ProgramEvent>;
