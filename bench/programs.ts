import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { describeApi } from '../test/sweeps/crash/document.ts';
import { measure } from './endings.ts';
import { report, reportMachine, timed } from './figures.ts';
import { description, forkUpstream } from './upstream.ts';

/** What programs cost: over MCP as a client sees it, and after a restart. `npx tsx bench/programs.ts` after `npm run build`. */

const READ = 'await tools.shop.books.list({ q: "x" })';
/** Programs that are paused at a time, and how often. */
const PAUSED = 1000;
const TIMES = 8;

/**
 * For a daemon's NODE_OPTIONS: at SIGUSR2 it collects its garbage and says so. Between two collections its memory goes up and down by more
 * than a thousand paused programs could take.
 */
const COLLECTS = `--import=data:text/javascript,${encodeURIComponent(
  `import v8 from 'node:v8'; import { runInNewContext } from 'node:vm';
  v8.setFlagsFromString('--expose-gc'); const gc = runInNewContext('gc');
  process.on('SIGUSR2', () => { gc(); gc(); console.error('collected'); });`,
)}`;

await measure(async t => {
  const origin = await forkUpstream(t);
  const dataDir = temporaryDataDir(t);
  let daemon = await startDaemon(t, dataDir);
  for (const [namespace, spec] of [
    ['shop', description(origin)],
    ['asks', describeApi('asks', origin, 1)],
  ] as const) {
    await daemon.api.post('/api/sources', { spec, namespace, allowPrivate: true });
    const { body } = await daemon.api.get(`/api/sources/${namespace}?wait=60`);
    if (body.state !== 'ready') throw new Error(JSON.stringify(body));
  }
  const client = new Client({ name: 'bench', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${daemon.token}` } };
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', daemon.url), { requestInit }) as Parameters<typeof client.connect>[0],
  );
  const execute = async (code: string) => {
    const { structuredContent } = await client.callTool({ name: 'execute', arguments: { code } });
    if ((structuredContent as { status: string }).status !== 'done') throw new Error(JSON.stringify(structuredContent));
  };
  const times = async (work: () => Promise<unknown>, rounds: number) => {
    for (let i = 0; i < Math.min(50, rounds); i++) await work();
    const taken: number[] = [];
    for (let i = 0; i < rounds; i++) taken.push(await timed(work));
    return taken;
  };
  const samples = (code: string, rounds: number) => times(() => execute(code), rounds);
  reportMachine();
  const plain = async () => (await fetch(`${origin}/books?q=x`)).json();
  const oneByOne = async () => {
    for (let i = 0; i < 100; i++) await plain();
  };
  report('for comparison: a ping over MCP', await times(() => client.ping(), 500));
  report('for comparison: 100 plain `fetch` of Node, one after the other', await times(oneByOne, 20));
  report('for comparison: the same at once', await times(() => Promise.all(Array.from({ length: 100 }, plain)), 20));
  report('`return 1` over MCP', await samples('return 1', 500), { target: 1.2 });
  report('one read', await samples(`return (${READ}).items.length`, 300), { target: 2 });
  report('100 sequential reads', await samples(`for (let i = 0; i < 100; i++) ${READ}`, 20), { target: 50 });
  report('100 parallel reads', await samples(`await Promise.all(Array.from({ length: 100 }, async () => ${READ}))`, 20), { target: 45 });
  await client.close();

  const program = async (code: string): Promise<string> => {
    const { id } = (await daemon.api.post('/api/executions', { code })).body;
    const { state } = (await daemon.api.get(`/api/executions/${id}?wait=120`)).body;
    if (state !== 'paused') throw new Error(`it is ${state}`);
    return id;
  };
  const after = (calls: number) => `for (let i = 0; i < ${calls}; i++) ${READ}; await tools.asks.items.create({ marker: 'm', text: '' })`;
  const ten: string[] = [];
  const thousand: string[] = [];
  for (let i = 0; i < 20; i++) ten.push(await program(after(10)));
  for (let i = 0; i < 5; i++) thousand.push(await program(after(999)));
  await daemon.stop();
  daemon = await startDaemon(t, dataDir);
  const resume = async (ids: readonly string[]) => {
    const times: number[] = [];
    for (const id of ids) {
      times.push(
        await timed(async () => {
          const { body } = await daemon.api.resume(id, { action: 'decline' });
          if (body.state !== 'failed') throw new Error(JSON.stringify(body));
        }),
      );
    }
    return times;
  };
  const [first, ...next] = await resume(ten);
  report('resume with a 10-call journal, the first of a process', [first!]);
  report('resume with a 10-call journal after a restart', next, { target: 15 });
  report('resume with a 1,000-call journal', await resume(thousand), { target: 150 });

  await daemon.stop();
  daemon = await startDaemon(t, dataDir, { NODE_OPTIONS: COLLECTS });
  await paused(daemon, program);
});

/** What each paused program takes of the daemon's memory: how that grows with their number, from the second thousand on. */
async function paused(daemon: DaemonProcess, program: (code: string) => Promise<string>): Promise<void> {
  const resident: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    for (let n = 0; n < PAUSED; n++) await program(`await tools.asks.items.create({ marker: 'p', text: '' })`);
    resident.push(await residentKb(daemon));
  }
  const growth = resident.flatMap((after, i) => resident.slice(1, i).map((before, j) => (after - before) / (PAUSED * (i - j - 1))));
  report('memory of each paused program (slope over 7,000, after collections)', growth, { target: 4, unit: 'KB' });
}

async function residentKb({ pid, log }: DaemonProcess): Promise<number> {
  const collections = (): number => log().split('collected').length;
  const before = collections();
  process.kill(pid, 'SIGUSR2');
  while (collections() === before) await pause(20);
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}
