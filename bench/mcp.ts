import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { openSession, post, request, toolCall } from '../test/mcp/raw.ts';
import type { Ending } from '../test/upstream-recorder.ts';
import { forkBareMcp } from './bare-mcp.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine, timed } from './figures.ts';
import { description, forkUpstream } from './upstream.ts';

/**
 * A read through `/mcp`, over the same read through the official SDK's own server, interleaved; calls per second; what idle sessions weigh;
 * and how soon a client has the list of tools.
 */
const WARM_UP = 200;
const ROUNDS = 800;
const AT_ONCE = 32;
const CALLS = 3_200;
const SESSIONS = 1_000;
const BEGINNINGS = 60;

await measure(async t => {
  const idle = await idleSessions(t);
  const origin = await forkUpstream(t);
  const bareUrl = await forkBareMcp(t, origin);
  const daemon = await startDaemon(t, temporaryDataDir(t));
  await daemon.api.post('/api/sources', { spec: description(origin), namespace: 'books', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/books?wait=60')).body.state, 'ready');

  let id = 0;
  const reader = async (url: string, args: Record<string, unknown>) => {
    const session = await openSession(url);
    return async () => {
      const reply = (await (await post(url, toolCall(++id, 'call', args), session)).json()) as Called;
      if (reply.result?.structuredContent?.status !== 'done') throw new Error(JSON.stringify(reply));
    };
  };
  const read = { path: 'books.books.list', input: {} };
  const ways = { bare: await reader(bareUrl, {}), ours: await reader(daemon.url, read) };
  const samples: Record<keyof typeof ways, number[]> = { bare: [], ours: [] };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const ms = await timed(way);
      if (round >= WARM_UP) samples[name as keyof typeof ways].push(ms);
    }
  }

  const many = async (url: string, args: Record<string, unknown>) => {
    const callers = await Promise.all(Array.from({ length: AT_ONCE }, () => reader(url, args)));
    let left = CALLS;
    const ms = await timed(() =>
      Promise.all(
        callers.map(async call => {
          while (left-- > 0) await call();
        }),
      ),
    );
    return (CALLS / ms) * 1000;
  };
  const perSecond = { ours: await many(daemon.url, read), bare: await many(bareUrl, {}) };

  const beginnings: number[] = [];
  for (let n = 0; n < BEGINNINGS; n++) {
    beginnings.push(
      await timed(async () => {
        const session = await openSession(daemon.url);
        await (await post(daemon.url, request(1, 'tools/list'), session)).json();
      }),
    );
  }

  reportMachine();
  report("a read through the official SDK's own server", samples.bare);
  report('the same read through `/mcp`', samples.ours);
  const over = quantile(samples.ours, 0.5) - quantile(samples.bare, 0.5);
  report('what `/mcp` adds (difference of the medians)', [over], { target: 0.6 });
  console.log(`| reads per second through \`/mcp\`, ${AT_ONCE} at once | ≥ 1500 /s | ${Math.round(perSecond.ours)} /s |`);
  console.log(`| the same through the SDK's own server | | ${Math.round(perSecond.bare)} /s |`);
  report('`initialize` to the first `tools/list`', beginnings, { target: 10 });
  console.log(`| ${SESSIONS} idle sessions in a fresh daemon: resident, heap | ≤ 30 MB | ${idle.rss} MB, ${idle.heapUsed} MB |`);
});

/** By how much a daemon has grown, garbage collected, after sessions are all that it has had to do with. */
async function idleSessions(t: Ending): Promise<Record<'rss' | 'heapUsed', string>> {
  const dataDir = temporaryDataDir(t);
  const file = join(dataDir, '..', 'weight.json');
  const preload = fileURLToPath(new URL('./weighed.cjs', import.meta.url));
  const daemon = await startDaemon(t, dataDir, { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, WEIGHED_FILE: file });
  const weigh = async (): Promise<NodeJS.MemoryUsage> => {
    rmSync(file, { force: true });
    process.kill(daemon.pid, 'SIGUSR2');
    while (!existsSync(file)) await new Promise(resolve => setTimeout(resolve, 10));
    return JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
  };
  await openSession(daemon.url);
  const before = await weigh();
  for (let n = 0; n < SESSIONS; n++) await openSession(daemon.url);
  const after = await weigh();
  await daemon.stop();
  const grown = (what: 'rss' | 'heapUsed') => ((after[what] - before[what]) / 1024 ** 2).toFixed(1);
  return { rss: grown('rss'), heapUsed: grown('heapUsed') };
}

interface Called {
  result?: { structuredContent?: { status: string } };
}
