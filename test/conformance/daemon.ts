import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const added = await runtime.sources.wait(namespace);
    if (added.state !== 'ready') throw new Error(`the reference was not added: ${JSON.stringify(added)}`);
    await runtime.policies.put({ pattern: `${namespace}.**`, decision: 'allow' });
    return { direct: reference.url, through: `${daemon.url}/mcp/${namespace}` };
  }
  const places = { '2025': await place('2025'), '2026': await place('2026') };
  return {
    places,
    own: `${daemon.url}/mcp`,
    async close() {
      await daemon.close();
      await Promise.all(references.map(reference => reference.close()));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
