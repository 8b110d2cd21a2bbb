import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../runtime/runtime.ts';
import { createMcpEndpoint } from '../../transports/mcp/endpoint.ts';
import { serve } from '../../transports/serve.ts';
import { serveReference } from './reference/server.ts';

/**
 * A daemon with the reference as a source that may be called, and the reference itself: once as a server of the 2025 revisions, once as one
 * of 2026-07-28, because a source is spoken to in one of them, and some tools exist in one only.
 */
export async function daemonWithReference() {
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-conformance-'));
  const daemon = await serve({ dataDir, port: 0, ui: false });
  const { runtime } = daemon;
  const references: Awaited<ReturnType<typeof serveReference>>[] = [];
  async function place(era: '2025' | '2026') {
    const namespace = `reference${era}`;
    const reference = await serveReference(0, era);
    references.push(reference);
    await runtime.sources.add({ namespace, url: reference.url, allowPrivate: true });
    await runtime.sources.wait(namespace);
    await runtime.sources.update(namespace, { trusted: true });
    const added = await runtime.sources.wait(namespace);
    if (added.state !== 'ready') throw new Error(`the reference was not added: ${JSON.stringify(added)}`);
    await runtime.policies.put({ pattern: `${namespace}.**`, decision: 'allow' });
    return { direct: reference.url, through: `${daemon.url}/mcp/${namespace}` };
  }
  const places = { '2025': await place('2025'), '2026': await place('2026') };
  const hasty = await serveHasty(daemon.runtime, 'reference2026');
  return {
    places,
    own: `${daemon.url}/mcp`,
    tasks: hasty.url,
    async close() {
      await hasty.close();
      await daemon.close();
      await Promise.all(references.map(reference => reference.close()));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The same source at an endpoint that makes tasks of what takes half a second: the suite has no patience for more. */
async function serveHasty(runtime: Runtime, namespace: string) {
  let url = '';
  const endpoint = createMcpEndpoint({ runtime, baseUrl: () => url, hold: { taskSeconds: 0.5 } });
  const through = { namespace, patterns: [] };
  const server = createServer((req, res) => void endpoint.handle(req, res, { principal: runtime.principals.local, through }));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/${namespace}`;
  return {
    url,
    async close() {
      await endpoint.close();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
