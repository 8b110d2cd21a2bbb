import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Tool {
  name: string;
  [more: string]: unknown;
}

type Params = Record<string, unknown> & {
  name?: string;
  arguments?: Record<string, unknown>;
  _meta?: { progressToken?: unknown };
  cursor?: string;
};

/** One request as it came in. */
export interface Seen {
  method: string | undefined;
  session: string | undefined;
  headers: IncomingMessage['headers'];
}

/**
 * An MCP server of the older protocol over HTTP, written out by hand, so that everything about it can be wrong: sessions are forgotten,
 * pages go in circles, tools change.
 */
export class Remote {
  tools: Tool[] = [];
  /** Tools on a page. */
  page = 100;
  cycle = false;
  /** The list of tools is larger than any message may be. */
  oversized = false;
  /** Answers this status to every POST. */
  status: number | undefined;
  authorization: string | undefined;
  unknownSession: 400 | 404 = 404;
  calls: { name: string; arguments: Record<string, unknown> | undefined }[] = [];
  readonly seen: Seen[] = [];
  readonly sessions = new Set<string>();
  readonly streams = new Set<ServerResponse>();
  readonly #waiting = new Map<string, (message: Record<string, unknown>) => void>();
  #server: Server;
  /** What a tool does; the response is there to write events before the answer. */
  run: (
    name: string,
    given: Record<string, unknown>,
    ask: (method: string, params: unknown) => Promise<Record<string, unknown>>,
    res: ServerResponse,
  ) => unknown = name => ({
    content: [{ type: 'text', text: `${name} done` }],
  });

  constructor() {
    this.#server = createServer(this.listener);
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Says on every standing stream that the tools have changed. */
  announce(): void {
    for (const stream of this.streams) event(stream, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
  }

  sockets(): Promise<number> {
    return new Promise((resolve, reject) => this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
  }

  /** Answers as the server does, behind an address of somebody else's. */
  readonly listener = (req: IncomingMessage, res: ServerResponse): void => void this.#take(req, res);

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const session = req.headers['mcp-session-id'] as string | undefined;
    if (this.authorization && req.headers.authorization !== this.authorization) {
      return void res
        .writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1/.well-known/oauth-protected-resource"' })
        .end();
    }
    if (req.method === 'GET') {
      if (!session || !this.sessions.has(session)) return void res.writeHead(405).end();
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      this.streams.add(res);
      return void res.on('close', () => this.streams.delete(res));
    }
    if (req.method === 'DELETE') {
      this.sessions.delete(session ?? '');
      return void res.writeHead(204).end();
    }
    let body = '';
    for await (const chunk of req) body += chunk;
    const message = JSON.parse(body) as { id?: string | number; method?: string; params?: Params; result?: unknown };
    this.seen.push({ method: message.method, session, headers: req.headers });
    if (this.status) return void res.writeHead(this.status).end('out of order');
    if (message.method === 'initialize') {
      const id = randomUUID();
      this.sessions.add(id);
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'remote', version: '1' },
      };
      return answer(res, message.id, result, { 'mcp-session-id': id });
    }
    if (!session || !this.sessions.has(session)) {
      const status = session ? this.unknownSession : 400;
      return void res
        .writeHead(status, { 'content-type': 'application/json' })
        .end('{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}');
    }
    if (message.method === undefined) this.#waiting.get(String(message.id))?.(message as Record<string, unknown>);
    if (message.id === undefined || message.method === undefined) return void res.writeHead(202).end();
    if (message.method === 'tools/list') return answer(res, message.id, this.#list(message.params?.cursor));
    if (message.method !== 'tools/call') return answer(res, message.id, {});
    const { name = '', arguments: given } = message.params ?? {};
    this.calls.push({ name, arguments: given });
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const ask = (method: string, params: unknown) =>
      new Promise<Record<string, unknown>>(resolve => {
        const id = randomUUID();
        this.#waiting.set(id, resolve);
        event(res, { jsonrpc: '2.0', id, method, params });
      });
    const result = await this.run(name, given ?? {}, ask, res);
    if (result !== undefined) event(res, { jsonrpc: '2.0', id: message.id, result });
    res.end();
  }

  #list(cursor = '0') {
    const from = Number(cursor);
    const next = from + this.page < this.tools.length ? String(from + this.page) : this.cycle ? '0' : undefined;
    if (this.oversized) return { tools: [], padding: ' '.repeat(40 * 1024 * 1024) };
    return { tools: this.tools.slice(from, from + this.page), ...(next && { nextCursor: next }) };
  }
}

const event = (res: ServerResponse, message: unknown): void => void res.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);

const answer = (res: ServerResponse, id: unknown, result: unknown, headers: Record<string, string> = {}): void =>
  void res.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));

export const tool = (name: string, more: Record<string, unknown> = {}): Tool => ({
  name,
  description: `Does ${name}`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  ...more,
});
