import { type Static, Type } from '@sinclair/typebox';
import { Action, CallState, Http, InteractionKind, LoginNeed, ShownRequest } from './call.ts';
import { Fault } from './fault.ts';
import { Fork } from './program.ts';

/** What users see of an interaction; its id is the execution's id, a dot, and its number. */
export const InteractionView = Type.Object({
  id: Type.String(),
  executionId: Type.String(),
  kind: InteractionKind,
  message: Type.String(),
  request: Type.Optional(ShownRequest),
  url: Type.Optional(Type.String()),
  schema: Type.Optional(Type.Unknown()),
  /** Which login is missing, while it is. */
  login: Type.Optional(LoginNeed),
  askedAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  settledAt: Type.Optional(Type.String()),
  action: Type.Optional(Action),
  by: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
});
export type InteractionView = Static<typeof InteractionView>;

/** A program's calls at a glance: how many, how many wait for a person, and the first of them, with long values cut. */
export const CallsView = Type.Object({ total: Type.Integer(), waiting: Type.Integer(), items: Type.Array(Type.Unknown()) });

/** What users see of an execution (CONTRACT, section 4). */
export const ExecutionView = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('call'), Type.Literal('program')]),
  state: CallState,
  tool: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
  parent: Type.Optional(Type.String()),
  /** Which step of its parent it is. */
  step: Type.Optional(Type.Integer()),
  /** The program whose journal this one goes on from, and up to which step. */
  forkedFrom: Type.Optional(Fork),
  calls: Type.Optional(CallsView),
  principal: Type.String(),
  client: Type.Optional(Type.String()),
  input: Type.Unknown(),
  /** What was asked for, where a person approved edited arguments instead. */
  askedInput: Type.Optional(Type.Unknown()),
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Fault),
  http: Type.Optional(Http),
  interactions: Type.Array(InteractionView),
  /** Of a program that was only tried out: the writes it would have made, in order. */
  simulate: Type.Optional(Type.Boolean()),
  plan: Type.Optional(Type.Array(Type.Unknown())),
  /** The tried-out program whose plan this run keeps to. */
  plannedBy: Type.Optional(Type.String()),
  startedAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
});
export type ExecutionView = Static<typeof ExecutionView>;

/** What a person or client sends to `POST /api/executions/:id/resume`. */
export const ResumeInput = Type.Object(
  {
    interaction: Type.Optional(Type.String()),
    action: Action,
    content: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    note: Type.Optional(Type.String({ maxLength: 4096 })),
    remember: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ResumeInput = Static<typeof ResumeInput>;

/** One entry of an execution's event log. */
export const LogEntry = Type.Object({ seq: Type.Integer(), at: Type.String(), event: Type.Unknown(), state: Type.String() });
export type LogEntry = Static<typeof LogEntry>;

/** What is sent to `POST /api/executions`. */
export const ProgramRequest = Type.Object(
  {
    code: Type.String(),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400_000 })),
    simulate: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ProgramRequest = Static<typeof ProgramRequest>;

/** What is sent to `POST /api/executions/:id/fork`. */
export const ForkRequest = Type.Object(
  { step: Type.Integer({ minimum: 0 }), code: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
export type ForkRequest = Static<typeof ForkRequest>;

/** One thing a program asked of its host, as `GET /api/executions/:id/journal` shows it. */
export const JournalStep = Type.Object({
  n: Type.Integer(),
  kind: Type.Union([Type.Literal('call'), Type.Literal('search'), Type.Literal('describe'), Type.Literal('sleep')]),
  /** The line of the code that asked. */
  line: Type.Optional(Type.Integer()),
  /** What it asked, cut to a line. */
  summary: Type.String(),
  tool: Type.Optional(Type.String()),
  /** The call it made; in a fork, of a step that is kept, the original's. */
  executionId: Type.Optional(Type.String()),
  /** A call's own state; of the others `running` or `done`. */
  state: Type.String(),
  askedAt: Type.String(),
  /** The place among all answers the program was given. */
  order: Type.Optional(Type.Integer()),
  answeredAt: Type.Optional(Type.String()),
  /** The answer, or of a long one the beginning. */
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
  /** Taken over from the program it was forked from. */
  kept: Type.Optional(Type.Literal(true)),
});
export type JournalStep = Static<typeof JournalStep>;

/** What a program showed while it ran. */
export const ProgramOutput = Type.Object({
  emitted: Type.Array(Type.Object({ value: Type.Unknown(), line: Type.Optional(Type.Integer()) })),
  logs: Type.Array(Type.Object({ level: Type.String(), text: Type.String(), line: Type.Optional(Type.Integer()) })),
});
export type ProgramOutput = Static<typeof ProgramOutput>;
