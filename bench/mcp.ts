import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { openSession, post, request, toolCall } from '../test/mcp/raw.ts';
import type { Ending } from '../test/upstream-recorder.ts';
import { forkBareMcp } from './bare-mcp.ts';
import { measure } from './endings.ts';
import { processorTimeOf, quantile, report, reportMachine, timed } from './figures.ts';
import { keepAlive } from './keep-alive.ts';
import { description, forkUpstream } from './upstream.ts';

/**
 * A read through `/mcp`, over the same read through the official SDK's own server, interleaved; calls per second; what idle sessions weigh;
 * and how soon a client has the list of tools.
 */
const WARM_UP = 200;
const ROUNDS = 800;
const AT_ONCE = 32;
const CALLS = 3_200;
const TURNS = 3;
const SESSIONS = 1_000;
const BEGINNINGS = 60;

let id = 0;

await measure(async t => {
  const idle = await idleSessions(t);
  const origin = await forkUpstream(t);
  const bareServer = await forkBareMcp(t, origin);
  const daemon = await startDaemon(t, temporaryDataDir(t));
  await daemon.api.post('/api/sources', { spec: description(origin), namespace: 'books', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/books?wait=60')).body.state, 'ready');

  const read = { path: 'books.books.list', input: {} };
  const servers = { ours: { url: daemon.url, pid: daemon.pid, args: read }, bare: { ...bareServer, args: {} } };
  const ways = { bare: await reader(t, servers.bare), ours: await reader(t, servers.ours) };
  const samples: Record<keyof typeof ways, number[]> = { bare: [], ours: [] };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const ms = await timed(way);
      if (round >= WARM_UP) samples[name as keyof typeof ways].push(ms);
    }
  }

  // In turn, because the machine does not run at the same speed all the time.
  const rates: Record<keyof typeof servers, Rate[]> = { ours: [], bare: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, server] of Object.entries(servers)) rates[name as keyof typeof servers].push(await many(t, server));
  }

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
  const [ours, bare] = [middle(rates.ours), middle(rates.bare)];
  console.log(`| reads per second through \`/mcp\`, ${AT_ONCE} at once | ≥ 1500 /s | ${Math.round(ours.perSecond)} /s |`);
  console.log(`| the same through the SDK's own server | | ${Math.round(bare.perSecond)} /s |`);
  console.log(`| processor time of the daemon for each | | ${ours.serverMs.toFixed(2)} ms |`);
  console.log(`| of the SDK's own server | | ${bare.serverMs.toFixed(2)} ms |`);
  console.log(`| of who asks | | ${ours.clientMs.toFixed(2)} ms |`);
  report('`initialize` to the first `tools/list`', beginnings, { target: 10 });
  console.log(`| ${SESSIONS} idle sessions in a fresh daemon: resident, heap | ≤ 30 MB | ${idle.rss} MB, ${idle.heapUsed} MB |`);
});

interface Server {
  url: string;
  pid: number;
  args: Record<string, unknown>;
}

/** Calls a second, and what one takes of the processors. */
interface Rate {
  perSecond: number;
  serverMs: number;
  clientMs: number;
}

/** A session with a connection of its own, in which the one read is made again and again. */
async function reader(t: Ending, { url, args }: Server): Promise<() => Promise<void>> {
  const session = await openSession(url);
  const connection = await keepAlive(url);
  t.after(() => connection.end());
  return async () => {
    const body = await connection.post('/mcp', JSON.stringify(toolCall(++id, 'call', args)), session);
    const reply = JSON.parse(body) as Called;
    if (reply.result?.structuredContent?.status !== 'done') throw new Error(body);
  };
}

async function many(t: Ending, server: Server): Promise<Rate> {
  const callers = await Promise.all(Array.from({ length: AT_ONCE }, () => reader(t, server)));
  let left = CALLS;
  const before = { server: processorTimeOf(server.pid) ?? Number.NaN, client: process.cpuUsage() };
  const ms = await timed(() =>
    Promise.all(
      callers.map(async call => {
        while (left-- > 0) await call();
      }),
    ),
  );
  const { user, system } = process.cpuUsage(before.client);
  return {
    perSecond: (CALLS / ms) * 1000,
    serverMs: ((processorTimeOf(server.pid) ?? Number.NaN) - before.server) / CALLS,
    clientMs: (user + system) / 1000 / CALLS,
  };
}

/** The median of each. */
function middle(rates: Rate[]): Rate {
  const of = (what: keyof Rate) =>
    quantile(
      rates.map(rate => rate[what]),
      0.5,
    );
  return { perSecond: of('perSecond'), serverMs: of('serverMs'), clientMs: of('clientMs') };
}

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
