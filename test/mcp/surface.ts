import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import type { Principal } from '../../machines/schema/principal.ts';
import { createRuntime } from '../../runtime/create.ts';
import { createMcpEndpoint, type McpEndpointOptions } from '../../transports/mcp/endpoint.ts';
import { shop } from './shop.ts';

/** Another agent, with a token of its own. */
const OTHER: Principal = { id: 'tok_other', name: 'other', role: 'agent' };
export const OTHER_TOKEN = 'other-token';

/** One runtime for a file of tests, opened outside of any: indexing the bookshop takes longer than most of them. */
const opened = open();

async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-mcp-'));
  const bookshop = await shop({ after });
  const runtime = await createRuntime({ dataDir });
  after(async () => {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await runtime.sources.add(bookshop.source);
  const added = await runtime.sources.wait('shop');
  if (added.state !== 'ready') throw new Error(JSON.stringify(added));
  return { runtime, bookshop };
}

/** A running `/mcp` of its own, on a runtime that has a bookshop as its one source. */
export async function surface(t: TestContext, options: Partial<McpEndpointOptions> = {}) {
  const { runtime, bookshop } = await opened;
  let url = '';
  const endpoint = createMcpEndpoint({ runtime, baseUrl: () => url, ...options });
  const principalOf = (token: string | undefined) => {
    if (token === undefined) return runtime.principals.local;
    return token === OTHER_TOKEN ? OTHER : runtime.principals.authenticate(token);
  };
  const server = createServer((req, res) => {
    const principal = principalOf(req.headers.authorization?.slice('Bearer '.length));
    if (principal) void endpoint.handle(req, res, { principal, ...throughOf(req.url ?? '') });
    else res.writeHead(401).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(async () => {
    await endpoint.close();
    server.closeAllConnections();
    server.close();
  });
  return { url, runtime, endpoint, shop: bookshop };
}

/** As the door before the endpoint reads it. */
function throughOf(url: string) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const namespace = /^\/mcp\/(.+)$/.exec(pathname)?.[1];
  const patterns = (searchParams.get('tools') ?? '').split(',').filter(Boolean);
  return namespace === undefined ? {} : { through: { namespace, patterns } };
}
