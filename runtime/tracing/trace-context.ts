import { createHash } from 'node:crypto';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * The trace that a caller says its request is part of: what a `traceparent` header, or `_meta.traceparent` of MCP, holds. Whatever is not
 * well-formed counts as not said, as the standard has it.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceparentOf(said: unknown): { traceparent?: string } {
  return typeof said === 'string' && TRACEPARENT.test(said) ? { traceparent: said } : {};
}

/** The trace, and the span in it, that a `traceparent` names. */
function placeIn(traceparent: string): { traceId: string; spanId: string } {
  const [, traceId = '', spanId = ''] = TRACEPARENT.exec(traceparent) ?? [];
  return { traceId, spanId };
}

const hex = (text: string, bytes: number): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, bytes * 2);

/** What of an execution says in which trace it is. */
interface Place {
  readonly parent?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** The trace an execution is in: the caller's, where there is one, else its own, which is that of its program. */
export function traceOf(id: string, { parent, traceparent }: Place): { traceId: string; caller?: { traceId: string; spanId: string } } {
  const caller = traceparent === undefined ? undefined : placeIn(traceparent);
  return caller ? { traceId: caller.traceId, caller } : { traceId: hex(`trace:${parent ?? id}`, 16) };
}

export const spanIdOf = (of: string): string => hex(`span:${of}`, 8);

/**
 * What an upstream is told: the call's own span, where it is told to a collector; else the caller's, as it came.
 * @see https://www.w3.org/TR/trace-context/#mutating-the-traceparent-field
 */
export function traceparentFor(id: string, place: Place, isTraced: boolean): string | undefined {
  if (!isTraced) return place.traceparent;
  return `00-${traceOf(id, place).traceId}-${spanIdOf(id)}-${place.traceparent?.slice(-2) ?? '01'}`;
}
