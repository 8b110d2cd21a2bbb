import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Server as McpServer } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { House, textOf, until } from './house.ts';
import { tool } from './remote.ts';

/** A server of the transport of 2024-11-05, made with the SDK of that time: a GET opens the stream, and says where to POST. */
class Oldest {
  readonly sessions = new Map<string, SSEServerTransport>();
  readonly #servers = new Set<McpServer>();
  readonly posted: string[] = [];
  calls = 0;
  tools = [tool('echo'), tool('ask'), tool('drop'), tool('slow')];
  readonly #http: Server;

  constructor() {
    this.#http = createServer(async (req, res) => {
      const { pathname, searchParams } = new URL(req.url!, 'http://here');
      this.posted.push(`${req.method} ${pathname}`);
      if (pathname === '/sse' && req.method === 'GET') {
        const transport = new SSEServerTransport('/messages', res);
        this.sessions.set(transport.sessionId, transport);
        res.on('close', () => this.sessions.delete(transport.sessionId));
        return this.#server(transport).connect(transport);
      }
      const session = this.sessions.get(searchParams.get('sessionId') ?? '');
      if (pathname === '/messages' && session) return session.handlePostMessage(req, res);
      res.writeHead(req.method === 'POST' ? 405 : 404).end();
    });
  }

  #server(transport: SSEServerTransport): McpServer {
    const server = new McpServer({ name: 'oldest', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: this.tools }) as never);
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: given, _meta } }, { sendNotification }) => {
      this.calls += 1;
      if (name === 'drop') {
        await transport.close();
        return new Promise<never>(() => {});
      }
      if (name === 'slow' && _meta?.progressToken !== undefined) {
        for (let progress = 1; progress <= 3; progress++) {
          await sendNotification({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress } });
        }
      }
      if (name !== 'ask') return { content: [{ type: 'text' as const, text: `${name} ${given?.text ?? ''}` }] };
      const schema = { type: 'object' as const, properties: { colour: { type: 'string' as const } }, required: ['colour'] };
      const { action, content } = await server.elicitInput({ message: 'Which colour?', requestedSchema: schema });
      return { content: [{ type: 'text' as const, text: `${action} ${content?.colour}` }] };
    });
    this.#servers.add(server);
    server.onclose = () => this.#servers.delete(server);
    return server;
  }

  async announce(): Promise<void> {
    for (const server of this.#servers) await server.sendToolListChanged();
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/sse`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise(resolve => this.#http.close(resolve));
  }
}

const house = new House({ sessions: { startMs: 20_000 } });
const server = new Oldest();
let url: string;
before(async () => {
  url = await server.open();
  await house.open();
  await house.runtime.sources.add({ namespace: 'oldest', url, allowPrivate: true });
  const view = await house.runtime.sources.wait('oldest');
  assert.equal(view.state, 'ready', JSON.stringify(view.error));
  await house.allow('oldest.**');
});
after(async () => {
  await house.close();
  await server.close();
});

test('a server of the oldest transport is found from its address alone, after the newer ones were tried', async () => {
  const { kind, toolCount } = house.runtime.sources.get('oldest');
  assert.deepEqual([kind, toolCount], ['mcp', 4]);
  const { candidates } = await house.runtime.sources.detect({ url, allowPrivate: true });
  assert.deepEqual([candidates[0]!.kind, candidates[0]!.namespace], ['mcp', 'oldest']);
  assert.ok(server.posted.indexOf('POST /sse') < server.posted.lastIndexOf('GET /sse'));
});

test('calls share its one stream, and progress keeps them alive', async () => {
  const views = await Promise.all([1, 2, 3, 4].map(n => house.call('oldest.echo', { text: String(n) })));
  assert.deepEqual(views.map(textOf), ['echo 1', 'echo 2', 'echo 3', 'echo 4']);
  assert.equal(textOf(await house.call('oldest.slow')), 'slow ');
  // The one that only asked what it is goes by itself.
  await until('the one session', () => server.sessions.size === 1);
});

test('a form it asks for pauses the call, and the answer reaches it', async () => {
  const asked = await house.call('oldest.ask');
  assert.deepEqual([asked.state, asked.interactions[0]!.message], ['paused', 'Which colour?']);
  await house.answer(asked, 'accept', { colour: 'red' });
  assert.equal(textOf(await house.settle(asked.id)), 'accept red');
});

test('a change it announces is in the catalog soon after', async () => {
  server.tools.push(tool('fresh'));
  await server.announce();
  await until('the new tool', () => house.runtime.sources.get('oldest').toolCount === 5);
});

test('when the stream breaks, what was under way is in doubt, and the next call opens another', async () => {
  const { calls } = server;
  const view = await house.call('oldest.drop');
  assert.deepEqual([view.state, view.interactions[0]?.kind], ['paused', 'unknown_outcome']);
  assert.equal(server.calls, calls + 1, 'it is not sent again by itself');
  assert.equal(textOf(await house.call('oldest.echo', { text: 'again' })), 'echo again');
});
