import type { FetchLike } from '@modelcontextprotocol/client';
import type { Upstream } from '../../upstream.ts';

/** From sending to the headers of an answer, in milliseconds: a call that works for long sends them at once, and its events later. */
const HEADERS_MS = 300_000;
/** One message may be this large, in bytes. */
export const MESSAGE_BYTES = 32 * 1024 * 1024;

/** Where a session may go, and as whom. */
export interface Reach {
  readonly allowPrivate: boolean;
  readonly origins: readonly string[];
  /** Asked for at each request: a token may have been renewed. */
  headers(): Readonly<Record<string, string>> | undefined;
  /** The last answer that refused the credential. */
  refusal?: Refusal;
}

/** What a server says to one it does not let in; its challenge is in the headers. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The `fetch` that the SDK's transports are given: every request of a session passes the egress guard, and redirects are theirs to refuse. */
export function guardedFetch(upstream: Upstream, reach: Reach): FetchLike {
  return async (url, init = {}) => {
    const headers = reach.headers();
    const {
      status,
      headers: answered,
      body,
    } = await upstream.open(
      {
        method: init.method ?? 'GET',
        url: String(url),
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(typeof init.body === 'string' && { body: init.body }),
      },
      {
        allowPrivate: reach.allowPrivate,
        credentials: headers && { origins: reach.origins, headers },
        headersTimeoutMs: HEADERS_MS,
        maxBytes: MESSAGE_BYTES,
        signal: init.signal ?? undefined,
      },
    );
    if (status === 401 || status === 403) reach.refusal = { status, headers: answered };
    const hasBody = status !== 204 && status !== 205 && status !== 304;
    return new Response(hasBody ? (body as unknown as ReadableStream<Uint8Array>) : null, { status, headers: answered });
  };
}
