import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { openSession, post, request, toolCall } from '../test/mcp/raw.ts';
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

/** Resident memory in MB; only Linux tells of other processes. */
const memoryOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

await measure(async t => {
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

  const before = memoryOf(daemon.pid);
  for (let n = 0; n < SESSIONS; n++) await openSession(daemon.url);
  const grown = memoryOf(daemon.pid) - before;

  reportMachine();
  report("a read through the official SDK's own server", samples.bare);
  report('the same read through `/mcp`', samples.ours);
  const over = quantile(samples.ours, 0.5) - quantile(samples.bare, 0.5);
  report('what `/mcp` adds (difference of the medians)', [over], { target: 0.6 });
  console.log(`| reads per second through \`/mcp\`, ${AT_ONCE} at once | ≥ 1500 /s | ${Math.round(perSecond.ours)} /s |`);
  console.log(`| the same through the SDK's own server | | ${Math.round(perSecond.bare)} /s |`);
  report('`initialize` to the first `tools/list`', beginnings, { target: 10 });
  console.log(`| ${SESSIONS} idle sessions | ≤ 30 MB | ${grown.toFixed(1)} MB |`);
});

interface Called {
  result?: { structuredContent?: { status: string } };
}
