import { FaultError } from '../../../machines/schema/fault.ts';
import type { Place } from './connect.ts';
import { visible } from './visible.ts';

/** Everything an error was caused by, itself first: the SDK wraps what our fetch throws. */
function* causes(error: unknown): Generator<unknown> {
  let current = error;
  for (let depth = 0; current !== undefined && current !== null && depth < 8; depth++) {
    yield current;
    const { cause, data } = current as { cause?: unknown; data?: { cause?: unknown } };
    current = cause ?? data?.cause;
  }
}

/** The fault of our own that is behind an error, if any. */
export function ownFault(error: unknown): FaultError | undefined {
  for (const each of causes(error)) if (each instanceof FaultError) return each;
  return undefined;
}

/** The server answered in full, with what is no JSON or no message of the protocol. */
export function isUnreadable(error: unknown): boolean {
  for (const each of causes(error)) if (each instanceof SyntaxError || (each as Error).name === 'ZodError') return true;
  return false;
}

/** The HTTP status the server answered with, where that is what went wrong. */
export function statusOf(error: unknown): number | undefined {
  for (const each of causes(error)) {
    const { status, code, data } = each as { status?: unknown; code?: unknown; data?: { status?: unknown } };
    for (const found of [status, data?.status, code]) if (typeof found === 'number' && found >= 300 && found < 600) return found;
  }
  return undefined;
}

/** The body the server sent with such a status. */
export function bodyOf(error: unknown): string | undefined {
  for (const each of causes(error)) {
    const { text, data } = each as { text?: unknown; data?: { text?: unknown } };
    for (const found of [text, data?.text]) if (typeof found === 'string') return found;
  }
  return undefined;
}

/** A JSON-RPC error of the server: its code, message and data. */
export function rpcErrorOf(error: unknown): { code: number; message: string; data?: unknown } | undefined {
  const { name, code, message, data } = error as { name?: string; code?: unknown; message?: string; data?: unknown };
  if (typeof code !== 'number' || !(error instanceof Error) || name === 'SdkHttpError' || (code >= 100 && code < 600)) return undefined;
  return { code, message: (message ?? '').replace(/^MCP error -?\d+: /, ''), ...(data !== undefined && { data }) };
}

/** How a child ended, and what it last wrote to where errors go. */
interface LastWords {
  readonly ended: string | undefined;
  readonly said: string;
}

/** Why a server could not be connected to, or not be understood, in words a person can act on. Nothing was called. */
export function connectFault(
  failures: readonly unknown[],
  place: Place,
  { child, instead = 'opening an MCP session' }: { child?: LastWords | undefined; instead?: string } = {},
): FaultError {
  const cause = failures.at(-1);
  const own = failures.map(ownFault).find(fault => fault !== undefined);
  if (own) return new FaultError(own.code, own.message, { details: { ...own.details, sent: false }, cause });
  const details = { sent: false };
  if ('command' in place) {
    const words = child?.said.trim().slice(-1_000);
    const isSilent = child?.ended === undefined && /timed? ?out|aborted/i.test(said(cause));
    const why = isSilent ? 'does not answer' : (child?.ended ?? said(cause));
    const code = isSilent ? 'upstream_timeout' : 'upstream_unreachable';
    return new FaultError(code, `The server ${why}${words ? `; it said: ${visible(words)}` : ''}`, { details, cause });
  }
  const where = new URL(place.url);
  const shown = where.origin + where.pathname;
  const status = failures.map(statusOf).find(found => found !== undefined);
  if (status !== undefined) {
    const challenge = place.reach.refusal?.status === status ? place.reach.refusal.headers['www-authenticate'] : undefined;
    const body = failures
      .map(bodyOf)
      .find(found => found !== undefined)
      ?.slice(0, 2_000);
    return new FaultError('upstream_http_error', `${shown} answered ${status} instead of ${instead}`, {
      details: { ...details, status, ...(challenge && { challenge }), ...(body && { body }) },
      cause,
    });
  }
  const code = /timed? ?out/i.test(said(cause)) ? 'upstream_timeout' : 'upstream_unreachable';
  return new FaultError(code, `${shown} does not answer as an MCP server: ${said(cause)}`, { details, cause });
}

function said(error: unknown): string {
  // What the SDK says of an answer it cannot read is a list of all that it is not.
  if (isUnreadable(error)) return 'it answered with something that is no MCP message';
  return visible(error instanceof Error ? error.message : String(error)).slice(0, 500);
}
