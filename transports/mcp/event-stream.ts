import type { ServerResponse } from 'node:http';

const KEPT_FRAMES = 64;
const KEPT_CHARS = 256 * 1024;
const KEEP_ALIVE_MS = 15_000;

export interface Frame {
  n: number;
  text: string;
}

/** Takes a new frame, and the numbers of those that are gone for it. */
export type Keep = (frame: Frame, gone: number[]) => void;

/**
 * One server-sent event stream of a session that outlives its connection: frames are numbered and the latest are kept, so that a
 * client whose connection was cut gets what it missed by `Last-Event-ID`. Bounded in frames and in size.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export class EventStream {
  readonly id: number;
  readonly #keep: Keep | undefined;
  #frames: Frame[];
  #chars: number;
  #n: number;
  #res: ServerResponse | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  #ended = false;

  /** `frames` are those of an earlier life of the daemon; `keep` writes them down. */
  constructor(id: number, { keep, frames = [] }: { keep?: Keep | undefined; frames?: Frame[] } = {}) {
    this.id = id;
    this.#keep = keep;
    this.#frames = frames;
    this.#chars = frames.reduce((sum, { text }) => sum + text.length, 0);
    this.#n = frames.at(-1)?.n ?? 0;
  }

  get connected(): boolean {
    return this.#res !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Streams into a response: first what came after frame `after`, then what comes. A later connection takes over. */
  attach(res: ServerResponse, sessionId: string | undefined, after: number): void {
    if (res.destroyed) return;
    this.#n = Math.max(this.#n, after);
    this.#res?.end();
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    });
    res.flushHeaders();
    for (const frame of this.#frames) if (frame.n > after) res.write(frame.text);
    if (this.#ended) {
      res.end();
      return;
    }
    this.#res = res;
    res.on('close', () => this.#detach(res));
    clearInterval(this.#keepAlive);
    this.#keepAlive = setInterval(() => res.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    this.#keepAlive.unref();
  }

  /** An event without a message: it gives the client the id to come back with. */
  prime(): void {
    this.#push(frame => `id: ${frame}\ndata: \n\n`);
  }

  send(message: unknown): void {
    const data = JSON.stringify(message);
    this.#push(frame => `event: message\nid: ${frame}\ndata: ${data}\n\n`);
  }

  end(): void {
    this.#ended = true;
    const res = this.#res;
    if (!res) return;
    this.#detach(res);
    res.end();
  }

  #push(render: (frame: string) => string): void {
    const n = ++this.#n;
    const text = render(`${this.id}-${n}`);
    this.#frames.push({ n, text });
    this.#chars += text.length;
    const gone: number[] = [];
    while (this.#frames.length > 1 && (this.#frames.length > KEPT_FRAMES || this.#chars > KEPT_CHARS)) {
      const first = this.#frames.shift()!;
      this.#chars -= first.text.length;
      gone.push(first.n);
    }
    this.#keep?.({ n, text }, gone);
    this.#res?.write(text);
  }

  #detach(res: ServerResponse): void {
    if (this.#res !== res) return;
    this.#res = undefined;
    clearInterval(this.#keepAlive);
  }
}

/** `Last-Event-ID` as stream and frame number. */
export function parseEventId(id: string): { stream: number; n: number } | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  return match ? { stream: Number(match[1]), n: Number(match[2]) } : undefined;
}
