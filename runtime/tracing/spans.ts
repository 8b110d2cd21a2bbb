import type { Actor } from '../actor.ts';
import type { LogRow } from '../store.ts';
import { spanIdOf, traceOf } from './trace-context.ts';

/** Of OTLP's kinds of span these two are used: work in here, and a request to somebody else. */
const KIND = { internal: 1, client: 3 } as const;
const STATUS_ERROR = 2;

type Value = { stringValue: string } | { intValue: string };
interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** A span as OTLP's JSON has it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

/** States that last because of somebody else, and what the time in them is called. */
const PHASES: Readonly<Record<string, { readonly name: string; readonly kind: number }>> = {
  running: { name: 'request', kind: KIND.client },
  awaitingApproval: { name: 'wait for approval', kind: KIND.internal },
  authenticating: { name: 'wait for login', kind: KIND.internal },
  paused: { name: 'wait for answer', kind: KIND.internal },
};

const nanos = (at: string): string => `${BigInt(Date.parse(at)) * 1_000_000n}`;

/** Attributes that have a value. */
const attributes = (values: Readonly<Record<string, string | number | undefined>>): Attribute[] =>
  Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }],
  );

/**
 * The spans of an execution that is settled, told from what is stored of it: one for all of it, and one for each time it was under way at an
 * upstream or waited for a person. Ids follow from the execution's, so that one that lived through a restart is one trace, and a
 * program's calls are in the program's; what a caller said to be part of its trace is in that. Inputs, results and messages are not in them.
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/#execute-tool-span
 */
export function spansOf(execution: Actor<'call'> | Actor<'program'>, log: readonly LogRow[]): Span[] {
  const { id, state, context } = execution;
  const parent = 'parent' in context ? context.parent : undefined;
  const { traceId, caller } = traceOf(id, context);
  const error = context.fault?.code;
  const whole: Span = {
    traceId,
    spanId: spanIdOf(id),
    ...(parent !== undefined ? { parentSpanId: spanIdOf(parent) } : caller && { parentSpanId: caller.spanId }),
    kind: KIND.internal,
    startTimeUnixNano: nanos(context.startedAt),
    endTimeUnixNano: nanos(context.endedAt ?? execution.at),
    status: error === undefined ? {} : { code: STATUS_ERROR },
    ...described(execution),
  };
  const phases = execution.kind === 'call' ? phasesOf(log) : [];
  return [
    whole,
    ...phases.map(({ seq, state: phase, from, to }) => ({
      traceId,
      spanId: spanIdOf(`${id}:${seq}`),
      parentSpanId: whole.spanId,
      name: PHASES[phase]!.name,
      kind: PHASES[phase]!.kind,
      startTimeUnixNano: nanos(from),
      endTimeUnixNano: nanos(to),
      attributes: attributes({ 'executor.execution.id': id, 'executor.state': phase }),
      status: error !== undefined && phase === 'running' && state === 'failed' ? { code: STATUS_ERROR } : {},
    })),
  ];
}

function described(execution: Actor<'call'> | Actor<'program'>): Pick<Span, 'name' | 'attributes'> {
  const { kind, id, state } = execution;
  const shared = {
    'executor.execution.id': id,
    'executor.execution.kind': kind,
    'executor.state': state,
    'executor.principal': execution.context.principal.name,
    'error.type': execution.context.fault?.code,
  };
  if (kind === 'program') return { name: 'run program', attributes: attributes(shared) };
  const { path, resolved, connection, http, verdict } = (execution as Actor<'call'>).context;
  return {
    name: `execute_tool ${path}`,
    attributes: attributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': path,
      'gen_ai.tool.call.id': id,
      ...shared,
      'executor.source': resolved?.source,
      'executor.effect': resolved?.effect,
      'executor.connection': connection,
      'executor.decision': verdict?.decision,
      'http.response.status_code': http?.status,
    }),
  };
}

interface Phase {
  readonly seq: number;
  readonly state: string;
  readonly from: string;
  readonly to: string;
}

/** The stretches of time that an execution was in one of the lasting states. */
function phasesOf(log: readonly LogRow[]): Phase[] {
  const phases: Phase[] = [];
  let begun: LogRow | undefined;
  for (const entry of log) {
    if (entry.state === begun?.state) continue;
    if (begun && PHASES[begun.state]) phases.push({ seq: begun.seq, state: begun.state, from: begun.at, to: entry.at });
    begun = entry;
  }
  return phases;
}
