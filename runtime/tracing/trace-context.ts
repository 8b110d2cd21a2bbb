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
export function placeIn(traceparent: string): { traceId: string; spanId: string } {
  const [, traceId = '', spanId = ''] = TRACEPARENT.exec(traceparent) ?? [];
  return { traceId, spanId };
}
