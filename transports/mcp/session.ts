import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONRPCMessage, MessageExtraInfo, RequestId, Transport, TransportSendOptions } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';
import type { KeptRequest, KeptSession } from '../../runtime/streams.ts';
import { EventStream, parseEventId } from './event-stream.ts';
import { Exchange } from './exchange.ts';
import type { Keeping } from './keeping.ts';
import { asksAgain, beginningOf, type Kept, lost, requestOf } from './kept.ts';
import { type About, authInfoOf } from './principal.ts';
import { refuse } from './refuse.ts';

const KEPT_STREAMS = 8;

/**
 * One session of a 2025 revision, as an SDK transport that speaks to node:http directly. The SDK's own node transport converts every
 * request and response to web ones and can answer either always with JSON or always with a stream; this one decides per request.
 *
 * It carries messages and owns nothing else: executions belong to principals, so a session may be lost at any time.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class Session implements Transport {
  readonly sessionId: string;
  readonly principalId: string;
  lastUsed = Date.now();
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;

  readonly #exchanges = new Map<RequestId, Exchange>();
  readonly #streams = new Map<number, EventStream>();
  readonly #keeping: Keeping | undefined;
  #listening: EventStream | undefined;
  #streamCount = 0;
  #initialized = false;
  #isOpening = false;
  #closed = false;

  constructor(sessionId: string, principalId: string, keeping?: Keeping) {
    this.sessionId = sessionId;
    this.principalId = principalId;
    this.#keeping = keeping;
  }

  async start(): Promise<void> {}

  /** Something is under way, or a client listens: not idle. */
  get busy(): boolean {
    return this.#exchanges.size > 0 || this.#listening?.connected === true;
  }

  /** POST: one message, or a batch as 2025-03-26 has them. */
  post(req: IncomingMessage, res: ServerResponse, body: unknown, principal: Principal): void {
    this.lastUsed = Date.now();
    const messages = (Array.isArray(body) ? body : [body]) as JSONRPCMessage[];
    const requests = messages.flatMap(message => ('method' in message && 'id' in message ? [requestOf(message)] : []));
    const used = requests.find(({ id }) => this.#exchanges.has(id))?.id;
    if (used !== undefined) {
      refuse(res, 400, -32600, `Request id ${JSON.stringify(used)} is in use.`, { id: used });
      return;
    }
    if (requests.length > 0) {
      const accept = req.headers.accept ?? '';
      const streams = accept.includes('text/event-stream');
      const exchange = new Exchange({
        res,
        requests,
        batch: Array.isArray(body),
        plain: !streams || accept.includes('application/json') || accept.includes('*/*'),
        streamed: streams ? () => this.#openStream() : undefined,
        owes: this.#owes,
        sessionId: () => (this.#initialized ? this.sessionId : undefined),
      });
      for (const { id } of requests) this.#exchanges.set(id, exchange);
    } else {
      res.writeHead(202).end();
    }
    for (const message of messages) {
      if ('method' in message) this.#keeping?.heard(message);
      this.#take(message, principal);
      if ('method' in message && message.method === 'notifications/cancelled') this.#cancel(message.params?.requestId as RequestId);
    }
  }

  /** GET: the stream for what the server says by itself, or, with `Last-Event-ID`, the one that was cut. */
  async listen(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.lastUsed = Date.now();
    const last = req.headers['last-event-id'];
    if (typeof last === 'string') {
      const at = parseEventId(last);
      const stream = at && this.#streams.get(at.stream);
      if (at && stream) stream.attach(res, this.sessionId, at.n);
      else refuse(res, 400, -32000, 'Last-Event-ID names no stream that is kept.');
      return;
    }
    if (this.#listening?.connected || this.#isOpening) {
      refuse(res, 409, -32000, 'Conflict: this session already has a listening stream.');
      return;
    }
    const stream = this.#openStream({ isListening: true });
    this.#listening = stream;
    this.#isOpening = true;
    // Who listens counts on it that the session outlives the daemon.
    await this.#keeping?.stored();
    this.#isOpening = false;
    stream.attach(res, this.sessionId, 0);
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message)) return this.#answer(message);
    const related = options?.relatedRequestId;
    const exchange = related === undefined ? undefined : this.#exchanges.get(related);
    const said = exchange ? exchange.say(message) : this.#listening !== undefined;
    if (said && !exchange) this.#listening?.send(message);
    if (!said && 'id' in message) throw new Error('The client has no stream open on which it could be asked.');
  }

  /**
   * Goes on where an earlier life of the daemon stopped: the client is not asked to come anew, and what its streams still owed it is
   * answered on them. A request whose execution is known is answered with what became of that; any other, that it may have run.
   */
  revive({ row, streams }: Kept, principal: Principal): void {
    for (const message of beginningOf(row)) this.#take(message, principal);
    this.#initialized = true;
    for (const { stream: id, frames, requests, isListening } of streams) {
      const stream = new EventStream(id, { frames, keep: this.#keeping?.keepOf(id) });
      this.#streamCount = Math.max(this.#streamCount, id);
      this.#streams.set(id, stream);
      if (isListening) this.#listening = stream;
      else if (requests.length === 0) stream.end();
      else this.#oweAgain(stream, requests, principal);
    }
  }

  /** All that there is of it, when nothing is under way and nothing is to be told: enough to go on with it at any time. */
  get rest(): KeptSession | undefined {
    const isUsed = this.#closed || !this.#initialized || this.#exchanges.size > 0 || this.#streams.size > 0;
    const row = isUsed ? undefined : this.#keeping?.row;
    return row?.standing?.length ? undefined : row;
  }

  /** Ends for this life of the daemon only: the client finds its session in the next one. */
  async suspend(): Promise<void> {
    await this.#end();
  }

  /** Waits still open are dropped; the executions they waited for go on. */
  async close(): Promise<void> {
    if (!this.#closed) this.#keeping?.ended();
    await this.#end();
  }

  async #end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const exchange of new Set(this.#exchanges.values())) exchange.drop();
    for (const stream of this.#streams.values()) stream.end();
    this.#exchanges.clear();
    this.#streams.clear();
    this.onclose?.();
  }

  #answer(message: JSONRPCMessage): void {
    const { id } = message as { id: RequestId };
    const exchange = this.#exchanges.get(id);
    if (!exchange) return;
    this.#exchanges.delete(id);
    this.lastUsed = Date.now();
    if (!this.#initialized && 'result' in message) this.#initialized = true;
    exchange.answer(id, message);
  }

  #cancel(id: RequestId): void {
    this.#exchanges.get(id)?.cancel(id);
    this.#exchanges.delete(id);
  }

  #take(message: JSONRPCMessage, principal: Principal, again?: string): void {
    this.onmessage?.(message, { authInfo: authInfoOf(principal, this.#about, again) });
  }

  readonly #about: About = (requestId, executionId) => this.#exchanges.get(requestId)?.about(requestId, executionId);

  readonly #owes = (stream: EventStream, requests: KeptRequest[]): void => this.#keeping?.owes(stream.id, requests);

  #oweAgain(stream: EventStream, requests: KeptRequest[], principal: Principal): void {
    const exchange = Exchange.on(stream, requests, this.#owes);
    for (const { id } of requests) this.#exchanges.set(id, exchange);
    for (const request of requests) {
      const again = asksAgain(request);
      if (again) this.#take(again, principal, request.executionId);
      else this.#answer(lost(request));
    }
  }

  #openStream({ isListening = false } = {}): EventStream {
    const id = ++this.#streamCount;
    const stream = new EventStream(id, { keep: this.#keeping?.opened(id, isListening) });
    this.#streams.set(id, stream);
    for (const [other, kept] of this.#streams) {
      if (this.#streams.size <= KEPT_STREAMS) break;
      if (!kept.ended && (kept === this.#listening || kept.connected || kept === stream)) continue;
      this.#streams.delete(other);
      this.#keeping?.dropped(other);
    }
    return stream;
  }
}
