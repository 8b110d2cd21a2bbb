import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';
import type { CreateServer } from './door.ts';
import { authInfoOf, principalIn } from './principal.ts';
import { type Changes, headersOf, listening, tasksListenedTo } from './tasks/listening.ts';

/** The stateless side of the endpoint: revision 2026-07-28, one server instance per request, all by the official handler. */
export class Modern {
  readonly #handler: McpHttpHandler;
  readonly #changes: Changes;
  /** How many requests are under way, listening ones among them. */
  open = 0;

  constructor(create: CreateServer, changes: Changes, onerror: (error: Error) => void) {
    this.#changes = changes;
    this.#handler = createMcpHandler(({ authInfo }) => create(principalIn(authInfo)), { legacy: 'reject', onerror });
  }

  /** Tells the clients that listen. */
  get notify(): McpHttpHandler['notify'] {
    return this.#handler.notify;
  }

  /** A client that goes aborts the request's signal, which ends the waiting. */
  async handle(req: IncomingMessage, res: ServerResponse, body: unknown, principal: Principal): Promise<void> {
    const gone = new AbortController();
    this.open += 1;
    res.on('close', () => {
      this.open -= 1;
      if (!res.writableFinished) gone.abort();
    });
    const ask = (asked: unknown, instead?: Record<string, string>) =>
      this.#handler.fetch(webRequest(req, gone.signal, instead), { authInfo: authInfoOf(principal), parsedBody: asked });
    const response =
      tasksListenedTo(body).length > 0
        ? await listening(body, { ask: message => ask(message, headersOf(message)), changes: this.#changes, signal: gone.signal })
        : await ask(body);
    const headers: Record<string, string> = {};
    for (const [name, value] of response.headers) headers[name] = value;
    if (!response.body) {
      res.writeHead(response.status, headers).end();
      return;
    }
    if (!headers['content-type']?.startsWith('text/event-stream')) {
      const bytes = Buffer.from(await response.arrayBuffer());
      res.writeHead(response.status, { ...headers, 'content-length': bytes.length }).end(bytes);
      return;
    }
    res.writeHead(response.status, headers);
    res.flushHeaders();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (gone.signal.aborted) break;
      if (!res.write(chunk)) await new Promise<void>(resolve => resumed(res, resolve));
    }
    res.end();
  }

  close(): Promise<void> {
    return this.#handler.close();
  }
}

/** The handler reads method, headers and signal; the body is handed over parsed. */
function webRequest(req: IncomingMessage, signal: AbortSignal, instead: Record<string, string> = {}): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) if (typeof value === 'string') headers.set(name, value);
  for (const [name, value] of Object.entries(instead)) headers.set(name, value);
  headers.delete('authorization');
  headers.delete('cookie');
  return new Request('http://localhost/mcp', { method: req.method ?? 'POST', headers, signal });
}

function resumed(res: ServerResponse, resolve: () => void): void {
  const end = () => {
    res.off('drain', end);
    res.off('close', end);
    resolve();
  };
  res.on('drain', end);
  res.on('close', end);
}
