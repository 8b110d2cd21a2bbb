import { type Static, Type } from '@sinclair/typebox';
import { Fault } from './fault.ts';
import { Rule, Verdict } from './policy.ts';
import { Principal } from './principal.ts';
import { Clearable, Stored } from './reference.ts';
import { Effect } from './tool.ts';

export const CallState = Type.Union([
  Type.Literal('resolving'),
  Type.Literal('judging'),
  Type.Literal('authenticating'),
  Type.Literal('awaitingApproval'),
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('done'),
  Type.Literal('failed'),
  Type.Literal('denied'),
  Type.Literal('cancelled'),
]);
export type CallState = Static<typeof CallState>;

export const InteractionKind = Type.Union([
  Type.Literal('approval'),
  Type.Literal('login'),
  Type.Literal('form'),
  Type.Literal('unknown_outcome'),
]);
export type InteractionKind = Static<typeof InteractionKind>;

export const Action = Type.Union([
  Type.Literal('accept'),
  Type.Literal('decline'),
  Type.Literal('cancel'),
  Type.Literal('run_again'),
  Type.Literal('happened'),
  Type.Literal('give_up'),
]);
export type Action = Static<typeof Action>;

/** One value that an update sets otherwise than it is; `path` is a JSON pointer. Without `before` there is none yet. */
export const Change = Type.Object({ path: Type.String(), before: Type.Optional(Type.Unknown()), after: Type.Unknown() });
export type Change = Static<typeof Change>;

/** What the approver is shown: exactly what will be sent, secrets left out, long values folded. */
export const ShownRequest = Type.Object({
  tool: Type.String(),
  source: Type.String(),
  effect: Effect,
  description: Type.Optional(Type.String()),
  method: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  connection: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  input: Type.Unknown(),
  /** The rule that asks. */
  rule: Type.Optional(Verdict),
  /** What an update changes of the object as it is now, where that could be read. */
  difference: Type.Optional(Type.Array(Change)),
  /** The narrowest rule that would let this call run from now on. */
  suggested: Type.Optional(Rule),
});
export type ShownRequest = Static<typeof ShownRequest>;

/** What a paused call waits for. `n` counts from 1 within its execution. */
export const Interaction = Type.Object({
  n: Type.Integer({ minimum: 1 }),
  kind: InteractionKind,
  message: Type.String(),
  request: Type.Optional(ShownRequest),
  schema: Type.Optional(Type.Unknown()),
  url: Type.Optional(Type.String()),
  /** What an approval is for: sha256 over path, definition, connection, target origin and canonical input (DESIGN, rule 3). */
  binding: Type.Optional(Type.String()),
  askedAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  settledAt: Type.Optional(Type.String()),
  action: Type.Optional(Action),
  by: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
  /** sha256 of the answer's content, to tell the same answer from another one. */
  contentHash: Type.Optional(Type.String()),
});
export type Interaction = Static<typeof Interaction>;

/** What `resolving` finds: the definition the call is made against. */
export const Resolved = Type.Object({ source: Type.String(), effect: Effect, hash: Type.String(), revision: Type.Integer() });
export type Resolved = Static<typeof Resolved>;

/** What a call without a working credential waits for: a connection of this name, or whichever is the source's default. */
export const LoginNeed = Type.Object({
  source: Type.String(),
  connection: Type.Optional(Type.String()),
  message: Type.String(),
  /** Scopes that the credential lacks. */
  missing: Type.Optional(Type.Array(Type.String())),
});
export type LoginNeed = Static<typeof LoginNeed>;

/** What `judging` finds. `ask` comes with what the person is shown. */
export const Judged = Type.Object({
  verdict: Verdict,
  resolved: Resolved,
  binding: Type.String(),
  request: Type.Optional(ShownRequest),
  expiresAt: Type.Optional(Type.String()),
  fault: Type.Optional(Fault),
  /** A person has to log in before it can go on. */
  login: Type.Optional(LoginNeed),
});
export type Judged = Static<typeof Judged>;

export const Http = Type.Object({ status: Type.Integer(), headers: Type.Record(Type.String(), Type.String()) });
export type Http = Static<typeof Http>;

/** What an upstream answered. `error` is the tool's own failure, as data. */
export const Outcome = Type.Object({
  result: Type.Optional(Stored),
  error: Type.Optional(Fault),
  http: Type.Optional(Http),
  /** The upstream asks a person for something before it goes on. */
  form: Type.Optional(
    Type.Object({
      message: Type.String(),
      schema: Type.Optional(Type.Unknown()),
      url: Type.Optional(Type.String()),
      /** What the kind wants back with the answer; without it the call is held open in this process. */
      continuation: Type.Optional(Stored),
    }),
  ),
  /** Nobody knows whether the write happened, and why. */
  unknown: Type.Optional(Fault),
  /** The definition is no longer the one that was judged: judge again. */
  changed: Type.Optional(Type.Literal(true)),
  /** The upstream took no credential, or not this one: nothing was carried out. */
  login: Type.Optional(LoginNeed),
});
export type Outcome = Static<typeof Outcome>;

/** What is said of a call when it is created, and stays so. */
const asked = {
  id: Type.String(),
  path: Type.String(),
  input: Stored,
  principal: Principal,
  parent: Type.Optional(Type.String()),
  /** Which step of its parent it is. */
  step: Type.Optional(Type.Integer()),
  connection: Type.Optional(Type.String()),
  idempotencyKey: Type.Optional(Type.String()),
  /** The caller's trace and span, as W3C's `traceparent`. */
  traceparent: Type.Optional(Type.String()),
  /** Words of the input, by which the history finds the call. */
  words: Type.Optional(Type.Array(Type.String())),
};

/** What is asked for when a call is created. */
export const CallInput = Type.Object({ ...asked, at: Type.String() });
export type CallInput = Static<typeof CallInput>;

/** The call machine's context: exactly what is written to disk. */
export const CallContext = Type.Object({
  ...asked,
  /** What was asked for, when a person approved edited arguments instead. */
  askedInput: Type.Optional(Stored),
  startedAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
  resolved: Type.Optional(Resolved),
  verdict: Type.Optional(Verdict),
  /** The binding a person approved; it holds for every attempt at exactly this call. */
  approved: Clearable(Type.String()),
  /** Names the ledger claim together with the id; grows only when a person says "run again". */
  attempt: Type.Integer({ minimum: 1 }),
  interactions: Type.Array(Interaction),
  /** What the kind wants back with the answer to the form it waits for. */
  continuation: Clearable(Stored),
  /** The answer that is being delivered. */
  answering: Clearable(
    Type.Object({ action: Type.Union([Type.Literal('accept'), Type.Literal('decline')]), content: Type.Optional(Stored) }),
  ),
  /** The login it waits for. */
  login: Clearable(LoginNeed),
  result: Type.Optional(Stored),
  http: Type.Optional(Http),
  fault: Type.Optional(Fault),
});
export type CallContext = Static<typeof CallContext>;

/** An answer of a person, checked and stamped by the runtime. */
export const Answer = Type.Object({
  type: Type.Literal('answer'),
  at: Type.String(),
  n: Type.Integer(),
  action: Action,
  by: Type.String(),
  /** Who `by` is, for the record. */
  principal: Type.Optional(Principal),
  note: Type.Optional(Type.String()),
  contentHash: Type.Optional(Type.String()),
  /** Edited arguments of an approval, and the binding they make. */
  input: Type.Optional(Stored),
  binding: Type.Optional(Type.String()),
  /** What a person says the upstream answered. */
  result: Type.Optional(Stored),
  /** What was filled into a form. */
  content: Type.Optional(Stored),
});
export type Answer = Static<typeof Answer>;

export const CallEvent = Type.Union([
  Answer,
  Type.Object({ type: Type.Literal('cancel'), at: Type.String(), by: Type.String(), principal: Type.Optional(Principal) }),
  Type.Object({ type: Type.Literal('expire'), at: Type.String() }),
  /** The upstream no longer waits for the answer: it went on, or is gone. */
  Type.Object({ type: Type.Literal('moved'), at: Type.String() }),
  Type.Object({ type: Type.Literal('login'), at: Type.String(), by: Type.String() }),
]);
export type CallEvent = Static<typeof CallEvent>;
