import { FaultError } from '../../machines/schema/fault.ts';
import type { Upstream } from '../upstream.ts';

/** An authorization server answers quickly, and shortly. */
const TIMEOUT_MS = 20_000;
const MAX_BYTES = 1024 * 1024;

/** A request as `oauth4webapi` makes it. */
export interface OAuthRequest {
  method?: string;
  headers?: Headers | Record<string, string>;
  body?: URLSearchParams | string | Uint8Array | ArrayBuffer | null | undefined;
  signal?: AbortSignal | undefined;
}

export type OAuthFetch = (url: string, request?: OAuthRequest) => Promise<Response>;

/**
 * `fetch` through the egress guard: everything OAuth sends goes through the one client for all that leaves. Only what changes nothing
 * follows redirects.
 */
export function oauthFetch(upstream: Upstream, options: { allowPrivate: boolean; signal?: AbortSignal | undefined }): OAuthFetch {
  return async (url, { method = 'GET', headers = {}, body, signal } = {}) => {
    const sent = headers instanceof Headers ? Object.fromEntries(headers.entries()) : { ...headers };
    if (body instanceof URLSearchParams) sent['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8';
    const bytes = body instanceof URLSearchParams ? body.toString() : body instanceof ArrayBuffer ? new Uint8Array(body) : body;
    const signals = [options.signal, signal].filter(each => each !== undefined);
    const answer = await upstream.send(
      { method, url, headers: sent, ...(bytes !== null && bytes !== undefined && { body: bytes }) },
      {
        allowPrivate: options.allowPrivate,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        onOverflow: 'fail',
        followRedirects: method === 'GET',
        ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      },
    );
    const isBare = answer.status === 204 || answer.status === 205 || answer.status === 304;
    const kept = Object.entries(answer.headers).filter(
      ([name]) => !/^(content-encoding|content-length|transfer-encoding|set-cookie)$/.test(name),
    );
    return new Response(isBare ? null : (answer.body as Uint8Array<ArrayBuffer>), {
      status: answer.status,
      headers: Object.fromEntries(kept),
    });
  };
}

/**
 * Whether plain http may be used: towards one's own machine or network only, where the source was added for that.
 * @throws FaultError egress_refused
 */
export function checkScheme(url: string, what: string, allowPrivate: boolean): void {
  if (!URL.canParse(url))
    throw new FaultError('upstream_unreachable', `the authorization server gives no usable ${what}: ${url.slice(0, 200)}`);
  const { protocol } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && allowPrivate)) return;
  throw new FaultError('egress_refused', `the ${what} ${url.slice(0, 200)} is not https; secrets are not sent there`);
}
