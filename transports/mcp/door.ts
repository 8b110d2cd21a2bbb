import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  classifyInboundRequest,
  isJsonContentType,
  type McpServer,
  type Server,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';
import { readBody } from './body.ts';
import { Modern } from './modern.ts';
import { idOf, refuse } from './refuse.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import type { Changes } from './tasks/listening.ts';

/** What speaks MCP behind a door: one instance for a session (2025 revisions), or for a request (2026-07-28). */
export type CreateServer = (principal: Principal) => Server | McpServer | Promise<Server | McpServer>;

/**
 * Where HTTP becomes MCP: the 2025 revisions (sessions) and 2026-07-28 (stateless) side by side, decided for each request by what the
 * request itself says. What is answered is up to the servers it creates.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export class Door {
  readonly sessions: Sessions;
  readonly modern: Modern;

  constructor(create: CreateServer, limits: SessionLimits, changes: Changes) {
    this.sessions = new Sessions(create, limits);
    this.modern = new Modern(create, changes, () => {});
  }

  /** Answers a GET, POST or DELETE. Never rejects. */
  async handle(req: IncomingMessage, res: ServerResponse, { principal, body }: { principal: Principal; body?: unknown }): Promise<void> {
    try {
      await this.#route(req, res, principal, body);
    } catch {
      if (res.headersSent) res.destroy();
      else refuse(res, 500, -32603, 'Internal error.', { id: idOf(body) });
    }
  }

  /** Somebody has a session here, or waits for an answer. */
  get isBusy(): boolean {
    return this.sessions.size > 0 || this.modern.open > 0;
  }

  /** The lists that clients keep have changed. */
  toolsChanged(): void {
    this.sessions.tell(server => server.sendToolListChanged());
    this.modern.notify.toolsChanged();
  }

  async close(): Promise<void> {
    await Promise.all([this.sessions.close(), this.modern.close()]);
  }

  async #route(req: IncomingMessage, res: ServerResponse, principal: Principal, body: unknown): Promise<void> {
    if (req.method === 'POST') return this.#post(req, res, principal, body);
    if (req.method === 'GET') {
      if (!req.headers.accept?.includes('text/event-stream')) return refuse(res, 406, -32000, 'Accept must include text/event-stream.');
      return this.#inSession(req, res, principal, session => session.listen(req, res));
    }
    if (req.method === 'DELETE') {
      return this.#inSession(req, res, principal, session => {
        res.writeHead(200).end();
        void session.close();
      });
    }
    res.setHeader('allow', 'GET, POST, DELETE');
    refuse(res, 405, -32000, 'Method not allowed.');
  }

  async #post(req: IncomingMessage, res: ServerResponse, principal: Principal, given: unknown): Promise<void> {
    if (!isJsonContentType(req.headers['content-type'] ?? null)) return refuse(res, 415, -32000, 'Content-Type must be application/json.');
    if (!acceptsAnswers(req)) return refuse(res, 406, -32000, 'Accept must include application/json or text/event-stream.');
    const body = given === undefined ? await readBody(req) : { ok: true as const, value: given };
    if (!body.ok) return refuse(res, body.status, body.code, body.message);
    const route = classifyInboundRequest({ httpMethod: 'POST', body: body.value, ...standardHeaders(req) });
    if (route.kind === 'modern') return this.modern.handle(req, res, body.value, principal);
    if (route.kind === 'reject') {
      return refuse(res, route.httpStatus, route.code, route.message, { id: idOf(body.value), data: route.data });
    }
    if (route.reason === 'initialize') return (await this.sessions.open(principal)).post(req, res, body.value, principal);
    return this.#inSession(req, res, principal, session => session.post(req, res, body.value, principal));
  }

  async #inSession(
    req: IncomingMessage,
    res: ServerResponse,
    principal: Principal,
    then: (session: NonNullable<ReturnType<Sessions['find']>>) => Promise<void> | void,
  ): Promise<void> {
    const id = req.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      refuse(res, 400, -32000, 'Mcp-Session-Id is missing: initialize first.');
      return;
    }
    const session = this.sessions.find(id, principal) ?? (await this.sessions.woken(id, principal));
    if (!session) {
      refuse(res, 404, -32001, 'Session not found: initialize again. Executions are kept; resume finds them.');
      return;
    }
    const version = req.headers['mcp-protocol-version'];
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) {
      refuse(res, 400, -32000, `Unsupported protocol version: ${version} (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}).`);
      return;
    }
    await then(session);
  }
}

const acceptsAnswers = ({ headers: { accept } }: IncomingMessage) =>
  accept === undefined || accept.includes('*/*') || accept.includes('application/json') || accept.includes('text/event-stream');

function standardHeaders(req: IncomingMessage) {
  const header = (name: string) => (typeof req.headers[name] === 'string' ? req.headers[name] : undefined);
  const version = header('mcp-protocol-version');
  const method = header('mcp-method');
  const name = header('mcp-name');
  return {
    ...(version !== undefined && { protocolVersionHeader: version }),
    ...(method !== undefined && { mcpMethodHeader: method }),
    ...(name !== undefined && { mcpNameHeader: name }),
  };
}
