import { FaultError } from '../../machines/schema/fault.ts';

/** What is known when a hop fails: `sent` is true as soon as a byte of the request may have reached the upstream. */
export interface Circumstance {
  readonly origin: string;
  readonly sent: boolean;
}

/** A fault of a hop, with `sent` in its details. Messages name the origin only: paths and queries may hold secrets. */
export function hopFault(
  code: 'upstream_unreachable' | 'upstream_timeout' | 'body_too_large' | 'cancelled' | 'invalid_arguments',
  message: string,
  at: Circumstance,
  cause?: unknown,
): FaultError {
  return new FaultError(code, message, { details: { sent: at.sent, origin: at.origin }, ...(cause !== undefined && { cause }) });
}

/** Turns what a socket, the resolver, TLS or the parser threw into a fault a person can act on. */
export function classify(error: unknown, at: Circumstance): FaultError {
  if (error instanceof FaultError) {
    const details = { ...error.details, sent: at.sent || error.details?.sent === true };
    return new FaultError(error.code, error.message, { details, ...(error.cause !== undefined && { cause: error.cause }) });
  }
  const { code, message } = describe(error);
  if (code === 'UND_ERR_INVALID_ARG') return hopFault('invalid_arguments', `The request cannot be sent: ${message}`, at, error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return hopFault('upstream_timeout', `${at.origin} did not accept a connection in time`, at, error);
  }
  return hopFault(
    'upstream_unreachable',
    at.sent ? lost(code, at.origin) : unreachable(code, message, at.origin),
    at,
    withoutPayload(error),
  );
}

function unreachable(code: string, message: string, origin: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') return `The host of ${origin} cannot be found (${code})`;
  if (code === 'ECONNREFUSED') return `${origin} refuses connections; is it running, and is the port right?`;
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return `Nothing was sent to ${origin}: executor is shutting down`;
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) return `No secure connection to ${origin}: ${message}`;
  return `${origin} cannot be reached: ${message}`;
}

function lost(code: string, origin: string): string {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return `${origin} answered with more headers than are accepted`;
  if (code.startsWith('HPE_')) return `${origin} answered with something that is not HTTP (${code})`;
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR'))
    return `${origin} answered with a damaged compressed body (${code})`;
  return `The connection to ${origin} was lost before the answer was complete${code === '' ? '' : ` (${code})`}`;
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: error.message };
}

/** The parser's errors carry bytes of the response, which may echo a credential. */
function withoutPayload(error: unknown): unknown {
  if (error instanceof Error && 'data' in error) delete error.data;
  return error;
}
