import { setImmediate as turn } from 'node:timers/promises';
import { FaultError } from '../machines/schema/fault.ts';
import type { UpstreamRequest, UpstreamResponse } from './kinds/kind.ts';
import { type Circumstance, classify, hopFault } from './upstream/classify.ts';
import { exchange } from './upstream/exchange.ts';
import { checkTarget, type Resolve, resolveByDns } from './upstream/gate.ts';
import { baseHeaders, type Credentials, headersToSend, urlToSend } from './upstream/headers.ts';
import { createLeash, type Leash } from './upstream/leash.ts';
import { createPools } from './upstream/pools.ts';
import { type Hop, isRedirect, nextHop } from './upstream/redirect.ts';
import { type Opened, openStream, type StreamLimits } from './upstream/stream.ts';

export interface UpstreamOptions {
  readonly userAgent: string;
  /** Lets every source reach private addresses (EXECUTOR_ALLOW_PRIVATE=1). Metadata services stay out of reach. */
  readonly allowPrivate?: boolean;
  /** Time for DNS, TCP and TLS of one connection, in milliseconds; 10,000 unless told. */
  readonly connectTimeoutMs?: number;
  /** Resolves names; the operating system's resolver unless told. */
  readonly resolve?: Resolve;
}

export interface SendOptions {
  /** Whether this source may reach private, loopback and link-local addresses. */
  readonly allowPrivate: boolean;
  /** Added at the last hop, only towards the origins named. */
  readonly credentials?: Credentials | undefined;
  /** Time for everything, redirects included, in milliseconds. */
  readonly timeoutMs: number;
  /** Time from sending to the headers of the answer, in milliseconds; `timeoutMs` unless told. */
  readonly headersTimeoutMs?: number;
  /** Size of the body after decompression, in bytes. */
  readonly maxBytes: number;
  /** What to do beyond `maxBytes`: throw `body_too_large`, or keep what fits and say `truncated`. */
  readonly onOverflow: 'fail' | 'truncate';
  readonly signal?: AbortSignal | undefined;
  /** False gives a 3xx as it is; true unless told. */
  readonly followRedirects?: boolean;
}

/** How a request is sent whose answer is read while it comes. */
export interface OpenOptions extends StreamLimits {
  readonly allowPrivate: boolean;
  /** Added at the last hop, only towards the origins named. */
  readonly credentials?: Credentials | undefined;
}

/** A response, and the address it came from after redirects. */
export type Received = UpstreamResponse & { readonly url: string };

/** The one client for all that leaves. */
export interface Upstream {
  /**
   * Sends a request and reads the whole answer; any status is an answer. Throws `egress_refused`, `upstream_unreachable`,
   * `upstream_timeout`, `body_too_large`, `cancelled` or `invalid_arguments`, always with `details.sent`: false when the request cannot
   * have been carried out, true when it may have been.
   */
  send(request: UpstreamRequest, options: SendOptions): Promise<Received>;
  /**
   * Sends a request and gives the answer as soon as its headers are there; its body may go on for hours. Redirects are not followed: a
   * 3xx is an answer like any other. Throws what `send` throws; errors of the body are such faults, too.
   */
  open(request: UpstreamRequest, options: OpenOptions): Promise<Opened>;
  /** Loads what the first request needs; connects to nobody. */
  warm(): Promise<void>;
  /** Ends all connections; what is under way fails with `upstream_unreachable`. */
  close(): Promise<void>;
}

const MAX_REDIRECTS = 5;

/** Opens the client; connections are made when needed and kept alive, apart for each policy. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const pools = createPools({ resolve: options.resolve ?? resolveByDns, connectTimeoutMs: options.connectTimeoutMs ?? 10_000 });

  const run = async (first: Hop, send: SendOptions, leash: Leash): Promise<Received> => {
    const allowPrivate = send.allowPrivate || options.allowPrivate === true;
    const follow = send.followRedirects !== false;
    const limits = {
      leash,
      follow,
      maxBytes: send.maxBytes,
      onOverflow: send.onOverflow,
      headersTimeoutMs: send.headersTimeoutMs ?? send.timeoutMs,
    };
    let hop = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const here = hop;
      tagged(here, () => checkTarget(here.url, allowPrivate));
      const agent = pools.opened(allowPrivate) ?? (await pools.open(allowPrivate));
      const asked = { ...here, url: urlToSend(here, send.credentials) };
      const answer = await exchange(agent, asked, headersToSend(here, send.credentials), limits);
      const { location } = answer.headers;
      if (!follow || !isRedirect(answer.status, location)) return { ...answer, url: here.url.href };
      hop = tagged(here, () => nextHop(here, answer.status, location));
      await turn(); // undici gives the socket back one turn of the loop after the answer: without it each hop would open another
    }
    throw hopFault('upstream_unreachable', `${first.url.origin} redirects more than ${MAX_REDIRECTS} times`, circumstance(hop));
  };

  return {
    async send(request, send) {
      const hop = firstHop(request, options.userAgent);
      const leash = createLeash(send.timeoutMs, send.signal);
      try {
        return await run(hop, send, leash);
      } finally {
        leash.release();
      }
    },
    async open(request, open) {
      const hop = firstHop({ ...request, headers: { 'accept-encoding': 'identity', ...request.headers } }, options.userAgent);
      const allowPrivate = open.allowPrivate || options.allowPrivate === true;
      tagged(hop, () => checkTarget(hop.url, allowPrivate));
      const agent = pools.opened(allowPrivate) ?? (await pools.open(allowPrivate));
      return openStream(agent, hop, headersToSend(hop, open.credentials), open);
    },
    async warm() {
      await Promise.all([pools.open(false), pools.open(true)]);
    },
    close: () => pools.close(),
  };
}

function firstHop({ method, url, headers, body }: UpstreamRequest, userAgent: string): Hop {
  if (!URL.canParse(url))
    throw new FaultError('invalid_arguments', 'The address of a request must be a full URL', { details: { sent: false } });
  const target = new URL(url);
  target.hash = '';
  return {
    method: method.toUpperCase(),
    url: target,
    headers: baseHeaders(headers, userAgent),
    ...(body !== undefined && { body }),
    trusted: true,
    carriedOut: false,
  };
}

/** What is refused between two hops says whether a write had been taken before. */
function tagged<T>(hop: Hop, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw classify(error, circumstance(hop));
  }
}

function circumstance(hop: Hop): Circumstance {
  return { origin: hop.url.origin, sent: hop.carriedOut };
}
