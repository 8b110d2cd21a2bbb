import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import type { KeptRequest } from '../../runtime/streams.ts';
import type { EventStream } from './event-stream.ts';

/** After this a plain answer becomes a stream with keep-alives, because proxies cut connections on which nothing is said. */
const PLAIN_FOR_MS = 10_000;

/**
 * One POST with requests in it, until all are answered. It is answered with plain JSON, the fastest, unless something must be said
 * before the answer (progress, a question to the client) or the answer takes long: then, where the client accepts it, it becomes an
 * event stream.
 */
export class Exchange {
  readonly #res: ServerResponse | undefined;
  readonly #open: Map<RequestId, KeptRequest>;
  readonly #batch: boolean;
  readonly #streamed: (() => EventStream) | undefined;
  readonly #owes: ((stream: EventStream, requests: KeptRequest[]) => void) | undefined;
  readonly #sessionId: () => string | undefined;
  readonly #answers: JSONRPCMessage[] = [];
  readonly #patience: NodeJS.Timeout | undefined;
  #stream: EventStream | undefined;

  /**
   * `streamed` opens a stream; absent when the client does not accept one. `plain` is false when it accepts nothing else. `owes` hears which
   * requests a stream still has to answer.
   */
  constructor(options: {
    res: ServerResponse | undefined;
    requests: KeptRequest[];
    batch: boolean;
    plain: boolean;
    streamed: (() => EventStream) | undefined;
    owes?: ((stream: EventStream, requests: KeptRequest[]) => void) | undefined;
    sessionId: () => string | undefined;
  }) {
    this.#res = options.res;
    this.#open = new Map(options.requests.map(request => [request.id, request]));
    this.#batch = options.batch;
    this.#streamed = options.streamed;
    this.#owes = options.owes;
    this.#sessionId = options.sessionId;
    if (!options.streamed) return;
    this.#patience = setTimeout(() => this.#upgrade(), options.plain ? PLAIN_FOR_MS : 0);
    this.#patience.unref();
  }

  /** One whose connection is gone, and whose answers go to a stream that the client takes up again. */
  static on(stream: EventStream, requests: KeptRequest[], owes: (stream: EventStream, requests: KeptRequest[]) => void): Exchange {
    const exchange = new Exchange({
      res: undefined,
      requests,
      batch: false,
      plain: false,
      streamed: undefined,
      owes,
      sessionId: () => undefined,
    });
    exchange.#stream = stream;
    return exchange;
  }

  /** The answer to one of its requests will be about this execution. */
  about(id: RequestId, executionId: string): void {
    const request = this.#open.get(id);
    if (!request || request.executionId === executionId) return;
    this.#open.set(id, { ...request, executionId });
    this.#noteOwed();
  }

  /** The answer to one of its requests. */
  answer(id: RequestId, message: JSONRPCMessage): void {
    if (!this.#open.delete(id)) return;
    if (this.#stream) this.#stream.send(message);
    else this.#answers.push(message);
    this.#noteOwed();
    if (this.#open.size === 0) this.#finish();
  }

  /** Says something before the answer. False when the client accepts no stream: then it cannot be said. */
  say(message: JSONRPCMessage): boolean {
    const stream = this.#upgrade();
    stream?.send(message);
    return stream !== undefined;
  }

  /** A request that the client cancelled gets no answer; its POST must end all the same. */
  cancel(id: RequestId): void {
    if (!this.#open.delete(id) || this.#open.size > 0) return;
    if (this.#answers.length > 0 || this.#stream) this.#finish();
    else {
      clearTimeout(this.#patience);
      if (this.#res?.destroyed === false) this.#res.writeHead(202).end();
    }
  }

  /** Ends without an answer, because the session ends. */
  drop(): void {
    clearTimeout(this.#patience);
    if (this.#stream) this.#stream.end();
    else this.#res?.destroy();
  }

  #upgrade(): EventStream | undefined {
    if (this.#stream || !this.#streamed || !this.#res) return this.#stream;
    clearTimeout(this.#patience);
    this.#stream = this.#streamed();
    this.#stream.attach(this.#res, this.#sessionId(), 0);
    this.#stream.prime();
    for (const message of this.#answers) this.#stream.send(message);
    this.#noteOwed();
    return this.#stream;
  }

  #noteOwed(): void {
    if (this.#stream) this.#owes?.(this.#stream, [...this.#open.values()]);
  }

  #finish(): void {
    clearTimeout(this.#patience);
    if (this.#stream) {
      this.#stream.end();
      return;
    }
    if (!this.#res || this.#res.destroyed) return;
    const body = JSON.stringify(this.#batch ? this.#answers : this.#answers[0]);
    const sessionId = this.#sessionId();
    this.#res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    });
    this.#res.end(body);
  }
}
