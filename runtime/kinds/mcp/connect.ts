import type { Client, Transport } from '@modelcontextprotocol/client';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Upstream } from '../../upstream.ts';
import { VERSION } from '../../version.ts';
import { connectFault, ownFault, statusOf } from './faults.ts';
import { guardedFetch, type Reach } from './fetch.ts';
import { currentFlight } from './flight.ts';
import { ChildTransport, type Command } from './stdio.ts';

/** A server to connect to, and as whom. */
export type Place = { readonly url: string; readonly reach: Reach } | { readonly command: Command };

/** How a server was last spoken to, so that the next connection need not find out again. */
export interface Verdict {
  era: 'modern' | 'legacy';
  way: 'http' | 'sse' | 'stdio';
}

/** An open connection. `era` is `modern` from protocol revision 2026-07-28 on. */
export interface Connection {
  readonly client: Client;
  readonly verdict: Verdict;
  readonly child?: ChildTransport;
  /** Ends the session on the other side, too, and the child with its group. */
  close(): Promise<void>;
}

/** A server on this machine that does not know the newer protocol may not answer its question at all: after this it is asked in the older way. */
const PROBE_MS = 8_000;
const GOODBYE_MS = 2_000;

/** The SDK costs some 60 ms to load: only those who have such a source pay. */
export const loadSdk = () => import('@modelcontextprotocol/client');
type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/**
 * Connects: in the newest way first, in older ones where the server does not know it.
 * @param prepare is given each client before it connects, to set its handlers
 * @throws FaultError saying what a person can do; `details.sent` is false: no call has left
 */
export async function connect(place: Place, { upstream, verdict, signal, timeoutMs, prepare }: ConnectOptions): Promise<Connection> {
  const sdk = await loadSdk();
  const failures: unknown[] = [];
  let last: { ended: string | undefined; said: string } | undefined;
  let isSecond = false;
  const ways = [...waysTo(place, verdict)];
  for (let way = ways.shift(); way; way = ways.shift()) {
    const attempt = 'command' in place ? overPipes(sdk, place.command) : overHttp(sdk, place, upstream, way);
    const client = newClient(sdk);
    prepare(client);
    try {
      const options = { signal, timeout: timeoutMs, ...(way.era === 'legacy' && { prior: { kind: 'legacy' as const } }) };
      await client.connect(attempt.transport, options);
      const era = client.getProtocolEra() === 'modern' ? 'modern' : 'legacy';
      if (way.way === 'sse') endWithStream(sdk, attempt.transport, () => attempt.close(client));
      return { client, verdict: { era, way: way.way }, ...(attempt.child && { child: attempt.child }), close: () => attempt.close(client) };
    } catch (error) {
      failures.push(error);
      // How it ended by itself, not that we end it now.
      const ended = attempt.child?.ended;
      await attempt.close(client);
      if (attempt.child) last = { ended, said: attempt.child.said };
      if (signal.aborted) break;
      if (!isSecond && wasLost(error, way)) {
        isSecond = true;
        ways.unshift(way);
      } else if (!mayTryNext(error, way, ended, attempt.child)) break;
    }
  }
  throw connectFault(failures, place, { child: last });
}

export interface ConnectOptions {
  readonly upstream: Upstream;
  readonly verdict?: Verdict | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  prepare(client: Client): void;
}

interface Way {
  readonly way: Verdict['way'];
  readonly era: 'auto' | 'legacy';
}

function waysTo(place: Place, verdict: Verdict | undefined): readonly Way[] {
  const way = 'command' in place ? 'stdio' : 'http';
  if (verdict) return [{ way: verdict.way, era: verdict.era === 'legacy' ? 'legacy' : 'auto' }];
  const both: Way[] = [
    { way, era: 'auto' },
    { way, era: 'legacy' },
  ];
  return way === 'stdio' ? both : [...both, { way: 'sse', era: 'legacy' }];
}

/** The connection was lost under the greeting: a server may just have closed one that was kept alive, and greeting twice does no harm. */
function wasLost(error: unknown, { way }: Way): boolean {
  const fault = ownFault(error);
  return way !== 'stdio' && fault?.code === 'upstream_unreachable' && fault.details?.sent === true;
}

/**
 * Some servers end, or answer 500, when they are asked what they do not know; and those that speak the oldest transport know nothing of a
 * POST to that address.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility
 */
function mayTryNext(error: unknown, { way, era }: Way, ended: string | undefined, child: ChildTransport | undefined): boolean {
  if (way === 'stdio') return era === 'auto' && ended !== undefined && child?.started === true && child.messages === 0;
  const status = statusOf(error);
  return status !== undefined && status !== 401 && status !== 403 && status !== 429 && way === 'http';
}

interface Attempt {
  readonly transport: Transport;
  readonly child?: ChildTransport;
  close(client: Client): Promise<void>;
}

function overPipes(sdk: Sdk, command: Command): Attempt {
  const child = new ChildTransport(command, sdk);
  return {
    transport: child,
    child,
    async close(client) {
      await client.close().catch(() => {});
      await child.close();
    },
  };
}

function overHttp(sdk: Sdk, { url, reach }: Exclude<Place, { command: Command }>, upstream: Upstream, { way }: Way): Attempt {
  const fetch = guardedFetch(upstream, reach);
  const address = new URL(url);
  if (way === 'sse') {
    const transport = new sdk.SSEClientTransport(address, { fetch, eventSourceInit: { fetch } });
    return { transport, close: async client => client.close().catch(() => {}) };
  }
  const transport = new sdk.StreamableHTTPClientTransport(address, {
    fetch,
    reconnectionOptions: { initialReconnectionDelay: 500, maxReconnectionDelay: 30_000, reconnectionDelayGrowFactor: 2, maxRetries: 5 },
  });
  // A stream that ends without the answer is the end of its request; the SDK would wait on.
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const flight = 'id' in message && 'method' in message ? currentFlight.getStore() : undefined;
    if (!flight) return send(message, options);
    const requestSignal = options?.requestSignal ? AbortSignal.any([options.requestSignal, flight.over]) : flight.over;
    const { leg } = flight;
    return send(message, { ...options, requestSignal, onRequestStreamEnd: () => flight.lost(leg) } as Parameters<typeof send>[1]);
  };
  return {
    transport,
    async close(client) {
      if (transport.sessionId !== undefined) {
        const bye = transport.terminateSession().catch(() => {});
        await Promise.race([bye, new Promise(resolve => setTimeout(resolve, GOODBYE_MS).unref())]);
      }
      await client.close().catch(() => {});
    },
  };
}

/** The oldest transport's session is its stream: the SDK would open another, of which the server knows nothing, and wait on. */
function endWithStream({ SseError }: Sdk, transport: Transport, close: () => Promise<void>): void {
  const { onerror } = transport;
  transport.onerror = error => {
    onerror?.(error);
    if (error instanceof SseError) void close();
  };
}

function newClient(sdk: Sdk): Client {
  return new sdk.Client(
    { name: 'executor', version: VERSION },
    {
      capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} },
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: PROBE_MS } },
      // What a server asks for is put to a person, who may take days: nothing is answered within the call.
      inputRequired: { autoFulfill: false },
    },
  );
}

/** Makes sure that a thrown thing says that nothing was called. */
export const notCalled = (fault: FaultError): FaultError =>
  new FaultError(fault.code, fault.message, { details: { ...fault.details, sent: false }, cause: fault.cause ?? fault });
