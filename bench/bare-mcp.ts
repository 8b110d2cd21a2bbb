import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/server';
import type { Ending } from '../test/upstream-recorder.ts';

/** The official SDK's own server in a process of its own: its one tool asks the same API, and answers with what that said. */
export async function forkBareMcp(t: Ending, origin: string): Promise<{ url: string; pid: number }> {
  const child = fork(fileURLToPath(import.meta.url), { env: { ...process.env, SERVE_BARE_MCP: origin } });
  t.after(() => child.kill());
  const [url] = await once(child, 'message');
  return { url: url as string, pid: child.pid! };
}

function bare(origin: string): Server {
  const server = new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'call', inputSchema: { type: 'object' as const } }] }));
  server.setRequestHandler('tools/call', async () => {
    const result = (await (await fetch(`${origin}/books`)).json()) as Record<string, unknown>;
    return { structuredContent: { status: 'done', result }, content: [{ type: 'text' as const, text: JSON.stringify(result) }] };
  });
  return server;
}

if (process.env.SERVE_BARE_MCP) {
  const origin = process.env.SERVE_BARE_MCP;
  process.once('disconnect', () => process.exit());
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const open = async () => {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: id => void sessions.set(id, transport),
    });
    await bare(origin).connect(transport);
    return transport;
  };
  const http = createServer(async (req, res) => {
    const known = sessions.get(String(req.headers['mcp-session-id'])) ?? (await open());
    await known.handleRequest(req, res);
  });
  http.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(http.address() as AddressInfo).port}`));
}
