import { type Static, Type } from '@sinclair/typebox';

/**
 * The closed list of error codes (CONTRACT, section 4). A code says what happened; the message says what to do about it.
 * Retrying helps only for `upstream_unreachable`, `upstream_timeout`, `rate_limited` and `execution_running`.
 */
export const FaultCode = Type.Union([
  Type.Literal('invalid_arguments'),
  Type.Literal('tool_not_found'),
  Type.Literal('execution_not_found'),
  Type.Literal('source_not_found'),
  Type.Literal('source_exists'),
  Type.Literal('idempotency_conflict'),
  Type.Literal('interaction_required'),
  Type.Literal('already_settled'),
  Type.Literal('tool_blocked'),
  Type.Literal('approval_denied'),
  Type.Literal('approval_expired'),
  Type.Literal('forbidden'),
  Type.Literal('unauthorized'),
  Type.Literal('upstream_http_error'),
  Type.Literal('mcp_tool_error'),
  Type.Literal('graphql_errors'),
  Type.Literal('upstream_unreachable'),
  Type.Literal('upstream_timeout'),
  Type.Literal('source_not_recognised'),
  Type.Literal('egress_refused'),
  Type.Literal('replay_diverged'),
  Type.Literal('limit_exceeded'),
  Type.Literal('cancelled'),
  Type.Literal('execution_paused'),
  Type.Literal('execution_running'),
  Type.Literal('login_required'),
  Type.Literal('body_too_large'),
  Type.Literal('rate_limited'),
  Type.Literal('internal'),
]);
export type FaultCode = Static<typeof FaultCode>;

/** An error as data: what lives in a context, a row, an HTTP body, a frame and the CLI's output, unchanged. */
export const Fault = Type.Object({
  code: FaultCode,
  message: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Fault = Static<typeof Fault>;

/** The one error class that is thrown on purpose; anything else that reaches a boundary is `internal` and a bug. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly code: FaultCode;
  readonly details: Record<string, unknown> | undefined;

  /**
   * @param code what happened, from the closed list
   * @param message what a user can do about it
   * @param options `details` for machines, `cause` for the log
   */
  constructor(code: FaultCode, message: string, options?: ErrorOptions & { details?: Record<string, unknown> }) {
    super(message, options);
    this.code = code;
    this.details = options?.details;
  }
}

/** Turns whatever was thrown into a fault. Only a `FaultError`, or what is a fault already, keeps its code. */
export function toFault(error: unknown): Fault {
  if (error instanceof FaultError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) };
  }
  if (!(error instanceof Error) && typeof error === 'object' && error !== null && 'code' in error && 'message' in error)
    return error as Fault;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
