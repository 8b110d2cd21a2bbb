import { type Static, Type } from '@sinclair/typebox';
import { Decision } from './policy.ts';
import { Effect } from './tool.ts';

/** What is recorded of a call that settled, of an answer, or of an administrative act, before it has its place in the chain. */
export const AuditDraft = Type.Object({
  at: Type.String(),
  /** `call`, `answer`, `unknown`, or the act: `policy.set`, `token.create`, `source.add`… */
  act: Type.String(),
  /** Who: the principal's id and name, what its client calls itself, and where it came from. */
  who: Type.String(),
  name: Type.Optional(Type.String()),
  client: Type.Optional(Type.String()),
  from: Type.Optional(Type.String()),
  /** What was acted on: an execution, a policy, a token, a namespace. */
  target: Type.Optional(Type.String()),
  tool: Type.Optional(Type.String()),
  effect: Type.Optional(Effect),
  connection: Type.Optional(Type.String()),
  parent: Type.Optional(Type.String()),
  /** How a call settled, and the code of what went wrong. */
  outcome: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  decision: Type.Optional(Decision),
  rule: Type.Optional(Type.String()),
  /** Who approved it. */
  approvedBy: Type.Optional(Type.String()),
  /** From asking to the end, in milliseconds; waiting for a person counts. */
  ms: Type.Optional(Type.Number()),
  /** Bytes of the result. */
  bytes: Type.Optional(Type.Integer()),
  /** The input with secrets masked and long values cut, or what else says what was done. */
  detail: Type.Optional(Type.Unknown()),
});
export type AuditDraft = Static<typeof AuditDraft>;

/** An entry in its place: `hash` is over everything before it, `prev` is the hash of the entry before. */
export const AuditEntry = Type.Intersect([AuditDraft, Type.Object({ seq: Type.Integer(), prev: Type.String(), hash: Type.String() })]);
export type AuditEntry = Static<typeof AuditEntry>;
