import type { CallState } from '../machines/schema/call.ts';
import type { Fault, FaultCode } from '../machines/schema/fault.ts';

/** What every exit code means (CONTRACT, section 1). */
export const EXIT = { ok: 0, failed: 1, usage: 2, paused: 3, login: 4, denied: 5, unreachable: 6, interrupted: 130 } as const;

/** The exit code of each fault. A new code fails the build until it is mapped. */
export const EXIT_OF_FAULT = {
  invalid_arguments: EXIT.failed,
  tool_not_found: EXIT.failed,
  execution_not_found: EXIT.failed,
  source_not_found: EXIT.failed,
  source_exists: EXIT.failed,
  idempotency_conflict: EXIT.failed,
  interaction_required: EXIT.failed,
  already_settled: EXIT.failed,
  tool_blocked: EXIT.denied,
  approval_denied: EXIT.denied,
  approval_expired: EXIT.denied,
  forbidden: EXIT.denied,
  unauthorized: EXIT.login,
  upstream_http_error: EXIT.failed,
  mcp_tool_error: EXIT.failed,
  graphql_errors: EXIT.failed,
  upstream_unreachable: EXIT.failed,
  upstream_timeout: EXIT.failed,
  source_not_recognised: EXIT.failed,
  egress_refused: EXIT.failed,
  replay_diverged: EXIT.failed,
  limit_exceeded: EXIT.failed,
  cancelled: EXIT.failed,
  execution_paused: EXIT.paused,
  // Still going: not settled, to be looked at again, like a pause.
  execution_running: EXIT.paused,
  login_required: EXIT.login,
  body_too_large: EXIT.failed,
  rate_limited: EXIT.failed,
  internal: EXIT.failed,
} satisfies Record<FaultCode, number>;

const EXIT_OF_STATE = {
  resolving: EXIT.paused,
  judging: EXIT.paused,
  authenticating: EXIT.login,
  awaitingApproval: EXIT.paused,
  running: EXIT.paused,
  paused: EXIT.paused,
  done: EXIT.ok,
  failed: EXIT.failed,
  denied: EXIT.denied,
  cancelled: EXIT.failed,
} satisfies Record<CallState, number>;

/** The exit code of a fault, also of one a newer daemon invented. */
export function exitOfFault(fault: Pick<Fault, 'code'>): number {
  return EXIT_OF_FAULT[fault.code] ?? EXIT.failed;
}

/** The exit code of a state; where there is a fault, its code is more exact. */
export function exitOfState(state: CallState, fault?: Fault): number {
  if (state === 'failed' && fault) return exitOfFault(fault);
  return EXIT_OF_STATE[state] ?? EXIT.failed;
}
