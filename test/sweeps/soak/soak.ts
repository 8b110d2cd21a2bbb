import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { startDaemon, temporaryDataDir } from '../../daemon.ts';
import { openSession, post, toolCall } from '../../mcp/raw.ts';
import { Remote, tool } from '../../runtime/kinds/mcp/remote.ts';
import type { Ending } from '../../upstream-recorder.ts';

const COLLECT = fileURLToPath(new URL('collect.cjs', import.meta.url));
const ODD = fileURLToPath(new URL('../../fixtures/mcp/odd-server.mjs', import.meta.url));
/** Clients that are connected at the same time. */
const AT_ONCE = 10;

/** What a daemon holds at a moment. */
export interface Holdings {
  children: number;
  descriptors: number;
  upstreamSessions: number;
  upstreamSockets: number;
  /** What is in use of the heap, and the whole process's memory, once all that nothing needs has been collected. */
  heapMb: number;
  rssMb: number;
}

/**
 * Many clients connect, call a tool of a stdio and of an HTTP server, and vanish: every second one says goodbye, the others drop their
 * connection, every fourth in the middle of a call. As many come before, so that what a process needs once for this work does not count.
 * Gives what the daemon held before and after; Linux only.
 */
export async function soak(t: Ending, clients: number): Promise<{ before: Holdings; after: Holdings; failures: string[] }> {
  const remote = new Remote();
  remote.tools = [tool('echo')];
  const address = await remote.open();
  t.after(() => remote.close());
  const dataDir = temporaryDataDir(t);
  const socket = join(dataDir, '..', 'collect.sock');
  const daemon = await startDaemon(t, dataDir, { NODE_OPTIONS: `--expose-gc --require ${COLLECT}`, COLLECT_SOCKET: socket });
  await daemon.api.post('/api/sources', { namespace: 'piped', command: process.execPath, args: [ODD, 'well'] });
  await daemon.api.post('/api/sources', { namespace: 'remote', url: address, kind: 'mcp', allowPrivate: true });
  for (const namespace of ['piped', 'remote']) {
    const { body } = await daemon.api.get(`/api/sources/${namespace}?wait=60`);
    if (body.state !== 'ready') throw new Error(JSON.stringify(body));
    await daemon.api.put('/api/policies', { pattern: `${namespace}.**`, decision: 'allow' });
  }
  const headers = { authorization: `Bearer ${daemon.token}` };
  const failures: string[] = [];

  async function client(n: number): Promise<void> {
    const session = await openSession(daemon.url, headers);
    for (const path of ['piped.echo', 'remote.echo']) {
      const reply = await (await post(daemon.url, toolCall(1, 'call', { path, input: { text: `client ${n}` } }), session)).text();
      if (!/"status":"done"/.test(reply)) failures.push(reply.slice(0, 300));
    }
    if (n % 2 === 0) await (await fetch(`${daemon.url}/mcp`, { method: 'DELETE', headers: session })).text();
    else if (n % 4 === 1) await vanishInCall(daemon.url, session);
  }

  const holdings = async (): Promise<Holdings> => ({
    children: childrenOf(daemon.pid),
    descriptors: readdirSync(`/proc/${daemon.pid}/fd`).length,
    upstreamSessions: remote.sessions.size,
    upstreamSockets: await remote.sockets(),
    ...(await memoryOf(socket)),
  });

  async function wave(): Promise<void> {
    for (let n = 0; n < clients; n += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, clients - n) }, (_, i) => client(n + i)));
    await vanish();
  }

  await wave();
  const before = await steady(holdings);
  await wave();
  return { before, after: await back(holdings, before), failures };
}

function memoryOf(socketPath: string): Promise<Pick<Holdings, 'heapMb' | 'rssMb'>> {
  return new Promise((resolve, reject) => {
    const asked = get({ socketPath, path: '/' }, async answer => {
      const { heapUsed, rss } = JSON.parse(await text(answer)) as NodeJS.MemoryUsage;
      resolve({ heapMb: Math.round(heapUsed / 1e5) / 10, rssMb: Math.round(rss / 1e5) / 10 });
    });
    asked.on('error', reject);
  });
}

/** All clients are gone: their connections with them. */
async function vanish(): Promise<void> {
  const clients = getGlobalDispatcher();
  setGlobalDispatcher(new Agent());
  await clients.destroy();
}

/** Sends a call and is gone before the answer. */
function vanishInCall(url: string, session: Record<string, string>): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const body = JSON.stringify(toolCall(2, 'call', { path: 'piped.echo', input: { text: 'never heard' } }));
  const head = Object.entries({
    host,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': String(body.length),
    ...session,
  });
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`, () => {
        socket.destroy();
        resolve();
      });
    });
    socket.on('error', () => resolve());
  });
}

function childrenOf(pid: number): number {
  return readdirSync('/proc').filter(name => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      // It ended while we looked.
      return false;
    }
  }).length;
}

const COUNTED = ['children', 'descriptors', 'upstreamSessions', 'upstreamSockets'] as const;
/** A connection that is kept alive may be so for a while, and a machine may have much else to do. */
const BACK_MS = 60_000;

/** Looks until no more is held than before, or it has been waited long enough. */
async function back(look: () => Promise<Holdings>, before: Holdings): Promise<Holdings> {
  for (const end = Date.now() + BACK_MS; ; ) {
    const now = await look();
    if (COUNTED.every(key => now[key] <= before[key]) || Date.now() > end) return now;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

/** Looks until two looks in a row, a second apart, find the same number of everything but memory. */
async function steady(look: () => Promise<Holdings>): Promise<Holdings> {
  for (let [last, tries] = [await look(), 0]; ; tries++) {
    await new Promise(resolve => setTimeout(resolve, 1_000));
    const now = await look();
    const isSame = COUNTED.every(key => now[key] === last[key]);
    if ((isSame && tries > 1) || tries > 30) return now;
    last = now;
  }
}
