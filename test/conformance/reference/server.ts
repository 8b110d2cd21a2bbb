import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  classifyInboundRequest,
  createMcpHandler,
  type EventStore,
  inputRequired,
  type JSONRPCMessage,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { jobTools } from './jobs.ts';
import { ASKING_PROMPT, getPrompt, PROMPTS, RESOURCES, readResource, TEMPLATES } from './library.ts';
import { isThere, promptQuestion, roundTools, unseal } from './rounds.ts';
import { type Notices, plainTools } from './tools.ts';

const isModern = ({ mcpReq }: ServerContext) => mcpReq.envelope !== undefined;
const hint = { ttlMs: 1000, cacheScope: 'private' as const };

/** A server with everything the conformance suite asks servers for, in both eras. */
function createReference(notices: Notices): McpServer {
  const tools = [...plainTools(notices), ...roundTools(), ...jobTools()];
  const ofEra = (ctx: ServerContext) => tools.filter(({ era }) => era === undefined || (era === '2026') === isModern(ctx));
  const mcp = new McpServer(
    { name: 'reference', version: '1' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: unseal },
      cacheHints: {
        'tools/list': hint,
        'prompts/list': hint,
        'resources/list': hint,
        'resources/templates/list': hint,
        'resources/read': hint,
      },
    },
  );
  // The official validation of mirrored headers asks this of the server.
  Object.assign(mcp, { toolInputSchemaJson: (name: string) => tools.find(({ tool }) => tool.name === name)?.tool.inputSchema });
  const { server } = mcp;
  server.setRequestHandler('tools/list', (_, ctx) => ({ tools: ofEra(ctx).map(({ tool }) => tool) }));
  server.setRequestHandler('tools/call', ({ params }, ctx) => {
    const found = ofEra(ctx).find(({ tool }) => tool.name === params.name);
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    return found.run(params.arguments ?? {}, ctx);
  });
  server.setRequestHandler('resources/list', () => ({ resources: RESOURCES }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: TEMPLATES }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const found = readResource(uri);
    if (!found) throw new ResourceNotFoundError(uri);
    return found;
  });
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.setRequestHandler('prompts/list', (_, ctx) => ({ prompts: isModern(ctx) ? [...PROMPTS, ASKING_PROMPT] : PROMPTS }));
  server.setRequestHandler('prompts/get', ({ params }, { mcpReq }) => {
    if (params.name === ASKING_PROMPT.name) {
      if (!isThere(mcpReq.inputResponses, 'user_context')) return inputRequired({ inputRequests: promptQuestion });
      return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text: JSON.stringify(mcpReq.inputResponses) } }] };
    }
    const found = getPrompt(params.name, params.arguments);
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${params.name}`);
    return found;
  });
  server.setRequestHandler('logging/setLevel', () => ({}));
  server.setRequestHandler('completion/complete', () => ({ completion: { values: ['paris', 'park'], total: 2, hasMore: false } }));
  return mcp;
}

/** Serves the reference on a free port, in both eras unless told. */
export async function serveReference(port = 0, only?: '2025' | '2026'): Promise<{ url: string; close(): Promise<void> }> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const handler = createMcpHandler(
    () =>
      createReference({
        toolsChanged: () => handler.notify.toolsChanged(),
        promptsChanged: () => handler.notify.promptsChanged(),
        resourceUpdated: uri => handler.notify.resourceUpdated(uri),
      }),
    {
      legacy: 'reject',
    },
  );
  const modern = toNodeHandler(handler);

  async function open(): Promise<NodeStreamableHTTPServerTransport> {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: remembered(),
      retryInterval: 500,
      onsessioninitialized: id => void sessions.set(id, transport),
      onsessionclosed: id => void sessions.delete(id),
    });
    const reference = createReference({
      toolsChanged: () => reference.sendToolListChanged(),
      promptsChanged: () => reference.sendPromptListChanged(),
      resourceUpdated: uri => void reference.server.sendResourceUpdated({ uri }),
    });
    await reference.connect(transport);
    return transport;
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = req.method === 'POST' ? await read(req) : undefined;
    const version = req.headers['mcp-protocol-version'];
    const route = classifyInboundRequest({
      httpMethod: req.method ?? 'GET',
      body,
      ...(typeof version === 'string' && { protocolVersionHeader: version }),
    });
    const isModernRequest = req.method === 'POST' && (only === '2026' || (route.kind !== 'legacy' && only !== '2025'));
    if (isModernRequest) return modern(req as never, res, body);
    const id = req.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : await open();
    if (known) return known.handleRequest(req, res, body);
    res.writeHead(404, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null }));
  }

  const [isHost, isOrigin] = [localhostHostValidation(), localhostOriginValidation()];
  const http = createHttpServer((req, res) => {
    if (isHost(req, res) && isOrigin(req, res)) handle(req, res).catch(error => res.destroy(error));
  });
  // A busy machine leaves connections idle for longer than the five seconds after which they would be closed under the suite.
  http.keepAliveTimeout = 65_000;
  await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    async close() {
      await Promise.all([...sessions.values()].map(transport => transport.close()));
      await handler.close();
      http.closeAllConnections();
      await new Promise(resolve => http.close(resolve));
    },
  };
}

async function read(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/** The messages of a session's streams, in order. */
function remembered(): EventStore {
  const events: { stream: string; message: JSONRPCMessage }[] = [];
  return {
    storeEvent: async (stream, message) => String(events.push({ stream, message }) - 1),
    getStreamIdForEventId: async id => events[Number(id)]?.stream,
    async replayEventsAfter(last, { send }) {
      const { stream } = events[Number(last)] ?? { stream: '' };
      for (const [n, event] of events.entries()) {
        const isMessage = Object.keys(event.message).length > 0;
        if (n > Number(last) && event.stream === stream && isMessage) await send(String(n), event.message);
      }
      return stream;
    },
  };
}
