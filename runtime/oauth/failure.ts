import { AuthorizationResponseError, OperationProcessingError, ResponseBodyError, WWWAuthenticateChallengeError } from 'oauth4webapi';
import { FaultError } from '../../machines/schema/fault.ts';

/** What an authorization server's refusal is called (RFC 6749, sections 4.1.2.1 and 5.2). */
export function oauthErrorOf(error: unknown): string | undefined {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) return error.error;
  if (error instanceof WWWAuthenticateChallengeError) {
    const said = error.cause.flatMap(({ parameters }) => parameters.error ?? []);
    return said[0] ?? 'invalid_client';
  }
  return undefined;
}

/** Whether trying again later may help: the server is down, busy, or did not answer. */
export function isTransient(error: unknown): boolean {
  if (error instanceof FaultError)
    return error.code === 'upstream_unreachable' || error.code === 'upstream_timeout' || error.code === 'cancelled';
  if (error instanceof ResponseBodyError) return error.status >= 500 || error.status === 429 || error.error === 'temporarily_unavailable';
  if (error instanceof WWWAuthenticateChallengeError) return false;
  // An answer that is no answer of a token endpoint: its status says whose fault it is.
  const status = error instanceof OperationProcessingError && error.cause instanceof Response ? error.cause.status : undefined;
  return status !== undefined && (status >= 500 || status === 429 || status === 408);
}

/** A description from another server may be anything: what is shown of it is one short line. */
const line = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300);

/** Turns what went wrong at an authorization server into a fault. It says nothing of what was sent. */
export function explain(error: unknown): FaultError {
  if (error instanceof FaultError) return error;
  const code = oauthErrorOf(error);
  const described = error instanceof ResponseBodyError || error instanceof AuthorizationResponseError ? error.error_description : undefined;
  if (code !== undefined) {
    return new FaultError('login_required', `the authorization server says ${code}${described ? `: ${line(described)}` : ''}`, {
      details: { reason: code },
    });
  }
  const response = error instanceof OperationProcessingError && error.cause instanceof Response ? error.cause : undefined;
  const status = response ? ` (it answered ${response.status})` : '';
  const message = error instanceof Error ? line(error.message) : 'no answer';
  return new FaultError(isTransient(error) ? 'upstream_unreachable' : 'login_required', `the login failed: ${message}${status}`);
}
