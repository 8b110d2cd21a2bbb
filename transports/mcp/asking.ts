import type { CallToolResult, ElicitRequest, ElicitResult, InputRequiredResult } from '@modelcontextprotocol/server';
import type { TObject } from '@sinclair/typebox';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { SourceView } from '../../machines/schema/source.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** How long a request is held open for an execution that is neither settled nor waiting for a person. */
export interface Hold {
  /** Without progress asked for: most clients give up after 60 s. */
  seconds: number;
  /** How long `resume` without an action waits for a person to act. */
  personSeconds: number;
  /** With a `progressToken`: notifications keep the client's clock from running out. */
  progressSeconds: number;
  progressEverySeconds: number;
  /** When the client takes a task instead. */
  taskSeconds: number;
}

/** What was put to a client's user, as it travels sealed in `requestState`: which execution, and what has been asked already. */
export interface Asked {
  executionId: string;
  keys: string[];
}

/** A request that came again with what the user said; the responses are the client's word, not yet looked at. */
export interface Answered {
  asked: Asked;
  responses: Record<string, unknown>;
}

/** The ways to put a question to the asking client's own user; which are there depends on the client and its revision. */
export interface Elicitation {
  form: boolean;
  url: boolean;
  /** 2025 revisions: asks within the request and waits for the answer. */
  ask?: (params: ElicitRequest['params']) => Promise<ElicitResult>;
  /** 2026-07-28: makes the state that the client brings back with the answer. */
  seal?: (asked: Asked) => Promise<string>;
  /** 2026-07-28: this request is such a retry. */
  answered?: Answered;
}

/** What a tool answers: a result, or (2026-07-28) that the client's user is needed first. */
export type Answer = CallToolResult | InputRequiredResult;

/** One `tools/call` as a tool sees it: who asks, what may be asked of the runtime, and how to reach the asker meanwhile. */
export interface Asking {
  runtime: Runtime;
  principal: Principal;
  /** Base of links given to people, without a trailing slash. */
  baseUrl: string;
  hold: Hold;
  /** Aborted when the client cancels or goes; ends the waiting, never the execution. */
  signal: AbortSignal;
  /** Present when the client gave a `progressToken`. */
  progress: ((done: number, message: string) => Promise<void>) | undefined;
  elicitation: Elicitation;
  /** From `_meta["executor/idempotencyKey"]`: lets a bridge send a call again without making it twice. */
  idempotencyKey: string | undefined;
  /** From `_meta.traceparent`: the trace that the client's request is part of. */
  traceparent?: string;
  /** The client takes a task for an answer: at once, because it asked for one (2025-11-25), or when the answer takes long (2026-07-28). */
  task?: { atOnce: boolean };
  /** Told which execution is waited for, so that the answer can be given to a client that was cut off. */
  about?(executionId: string): void;
  /** Under which name an interaction is put to a client; by its id unless told. */
  nameOf?(interaction: InteractionView): string;
  /** What the client's user has said already to what is asked only now. */
  foreseen?(interaction: InteractionView): unknown;
  /** An execution as it is shown here, in whatever state. */
  answer(view: ExecutionView): Promise<CallToolResult>;
}

/** One tool of the MCP surface. Adding a tool is adding a file that exports one of these, and a line in `tools.ts`. */
export interface SurfaceTool {
  name: string;
  title: string;
  /** Computed at list time, so that it names the sources connected now. */
  description(sources: SourceView[]): string;
  /** A flat object: no `$ref`, no `anyOf` at the top, because some clients refuse them. */
  input: TObject;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  /** It is about an execution, which may be a task. */
  isLong?: true;
  /** `input` has been checked against the schema. */
  run(input: Record<string, unknown>, asking: Asking): Promise<Answer>;
}
