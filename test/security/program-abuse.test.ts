import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../../bench/figures.ts';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { CORPUS } from '../runtime/sandbox/abuse-corpus.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, type Ending, recordUpstream } from '../upstream-recorder.ts';

/* Programs that mean harm, in the real daemon: what they do to it, to the others, and to its memory. */

/** Megabytes that may stay after it all. */
const MAY_STAY = 30;
/** Those that take all the memory they can; what the others do to the daemon's is nothing beside it. */
const MEMORY = CORPUS.filter(([, , { code, limit }]) => limit === 'memory' || limit === 'output' || (code === 'limit_exceeded' && !limit));

async function open(t: Ending): Promise<DaemonProcess> {
  const upstream = await recordUpstream(t, (_, res) => answerJson(res, 200, [{ name: 'bolt' }]));
  const daemon = await startDaemon(t, temporaryDataDir(t));
  await daemon.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/w?wait=60')).body.state, 'ready');
  return daemon;
}

/** Resident megabytes of a process, as Linux counts them. */
const resident = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

async function run({ api }: DaemonProcess, code: string) {
  const { id } = (await api.post('/api/executions', { code })).body;
  return (await api.get(`/api/executions/${id}?wait=120`)).body;
}

test('abuse ends as errors of the programs that try it, and the daemon gives the memory back', {
  skip: process.platform !== 'linux',
}, async t => {
  const daemon = await open(t);
  const { api, pid } = daemon;
  const ordinary = 'for (let i = 0; i < 1e5; i++); const a: unknown[] = await tools.w.items.list(); return a.length';
  for (let round = 0; round < 5; round++) await Promise.all([1, 2, 3].map(() => run(daemon, ordinary)));
  const before = resident(pid);
  await api.patch('/api/settings', { programComputeSeconds: 3, programOutputMiB: 4 });
  let most = before;
  for (const [title, code, expected] of MEMORY) {
    const view = await run(daemon, code.replaceAll('tools.a.b(', 'tools.w.items.list('));
    assert.ok(['done', 'failed'].includes(view.state), `${title}: ${view.state}`);
    if (expected.limit) assert.deepEqual([view.error?.code, view.error?.details.limit], ['limit_exceeded', expected.limit], title);
    else if (view.state === 'failed')
      assert.ok(['invalid_arguments', 'limit_exceeded'].includes(view.error.code), `${title}: ${view.error.code}`);
    most = Math.max(most, resident(pid));
  }
  assert.equal((await run(daemon, ordinary)).result, 1);
  for (let i = 0; i < 60 && resident(pid) > before + MAY_STAY; i++) await pause(500);
  const stayed = resident(pid) - before;
  t.diagnostic(
    `memory: ${Math.round(before)} MB before, ${Math.round(most)} MB at most, ${Math.round(stayed)} MB more after ${MEMORY.length} attempts`,
  );
  assert.ok(stayed <= MAY_STAY, `${Math.round(stayed)} MB stayed`);
});

test('four programs that spin do not keep the daemon from answering', async t => {
  const daemon = await open(t);
  const { api, url } = daemon;
  const health = async () => {
    const started = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    return performance.now() - started;
  };
  const sample = async (count: number) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await health());
      await pause(5);
    }
    return quantile(times, 0.99);
  };
  await sample(50);
  // What the machine itself does to a request, whoever else is on it.
  const alone = await sample(200);
  const spinning = await Promise.all(
    [1, 2, 3, 4].map(async () => (await api.post('/api/executions', { code: 'for (;;);' })).body.id as string),
  );
  await pause(500);
  const busy = await sample(300);
  t.diagnostic(`p99 of /healthz: ${alone.toFixed(1)} ms alone, ${busy.toFixed(1)} ms with four programs that spin`);
  assert.equal((await run(daemon, 'return 1')).result, 1, 'another program runs meanwhile');
  for (const id of spinning) assert.equal((await api.get(`/api/executions/${id}`)).body.state, 'running');
  for (const id of spinning) assert.equal((await api.post(`/api/executions/${id}/cancel`, {})).body.state, 'cancelled');
  assert.ok(busy < 50 + 2 * alone, `${busy.toFixed(1)} ms`);
});
