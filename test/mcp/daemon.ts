import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DIST, startDaemon, surroundings, temporaryDataDir } from '../daemon.ts';
import type { Ending } from '../upstream-recorder.ts';
import { shop } from './shop.ts';

/** The built daemon with the bookshop as its one source, and the command line of `executor mcp` on its data directory. */
export async function daemonWithShop(t: Ending) {
  const dataDir = temporaryDataDir(t);
  const bookshop = await shop(t);
  const first = await startDaemon(t, dataDir);
  const address = () => JSON.parse(readFileSync(join(dataDir, 'daemon.json'), 'utf8')) as { pid: number; url: string };
  t.after(() => {
    try {
      process.kill(address().pid, 'SIGKILL');
    } catch {
      // It has gone already.
    }
  });
  const d = {
    ...first,
    shop: bookshop,
    /** Where it serves now: a bridge starts it again when it was killed. */
    get url() {
      return address().url;
    },
    bridge: (env: Record<string, string> = {}) => ({
      command: process.execPath,
      args: [join(DIST, 'cli.js'), 'mcp'],
      env: surroundings(dataDir, env),
    }),
    async ask(method: string, path: string, body?: unknown) {
      const headers = { authorization: `Bearer ${first.token}`, 'content-type': 'application/json' };
      const reply = await fetch(d.url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
      // biome-ignore lint/suspicious/noExplicitAny: what a route answers is looked at, not typed
      return (await reply.json()) as any;
    },
    async addSource(namespace: string) {
      await d.ask('POST', '/api/sources', { ...bookshop.source, namespace });
      for (;;) {
        const { state, error } = await d.ask('GET', `/api/sources/${namespace}`);
        if (state === 'ready') return;
        assert.notEqual(state, 'failed', JSON.stringify(error));
        await delay(20);
      }
    },
  };
  await d.addSource('shop');
  return d;
}
