import { FaultError } from '../../machines/schema/fault.ts';
import { travellingHeaders, withoutBodyHeaders } from './headers.ts';

/** One request of a chain. `trusted` is lost for good when the chain leaves https. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly trusted: boolean;
  /** True once an upstream has taken a write and answered with where to look for the outcome. */
  readonly carriedOut: boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Methods without an effect (RFC 9110, section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}

/** True for a response that leads elsewhere (RFC 9110, section 15.4). */
export function isRedirect(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * Where a redirect leads. A 303 becomes a GET, as does a POST at
 * 301 and 302; the body and everything that identifies the caller stay behind at an origin's border, and a write never crosses one.
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = target(hop, location);
  const becomesGet = (status === 303 && hop.method !== 'HEAD') || (status <= 302 && hop.method === 'POST');
  const method = becomesGet ? 'GET' : hop.method;
  const crosses = url.origin !== hop.url.origin;
  if (crosses && !isSafe(method)) {
    throw new FaultError(
      'egress_refused',
      `${hop.url.origin} redirects this ${method} to ${url.origin}; a write is not sent on to another origin`,
      {
        details: { status, origin: url.origin },
      },
    );
  }
  const kept = method === hop.method ? hop.headers : withoutBodyHeaders(hop.headers);
  return {
    method,
    url,
    headers: crosses ? travellingHeaders(kept) : kept,
    ...(method === hop.method && !crosses && hop.body !== undefined && { body: hop.body }),
    trusted: hop.trusted && !(hop.url.protocol === 'https:' && url.protocol === 'http:'),
    carriedOut: hop.carriedOut || (!isSafe(hop.method) && method !== hop.method),
  };
}

function target(hop: Hop, location: string): URL {
  if (!URL.canParse(location, hop.url)) {
    throw new FaultError('upstream_unreachable', `${hop.url.origin} redirects to something that is no address`, {
      details: { sent: true },
    });
  }
  const url = new URL(location, hop.url);
  url.hash = '';
  return url;
}
