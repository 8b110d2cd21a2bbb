import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createGzip } from 'node:zlib';
import { type Bookshop, openBookshop } from '../../demo/bookshop.ts';
import { callMachine } from '../../machines/call.ts';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { createRuntime } from '../../runtime/create.ts';
import { replay } from '../../runtime/replay.ts';
import { restoreBackup } from '../../runtime/restore-backup.ts';
import type { Runtime } from '../../runtime/runtime.ts';

let shop: Bookshop;
let directory: string;
let clock = Date.parse('2026-01-01T00:00:00Z');
let runtime: Runtime;
const now = () => new Date(clock);
const open = (name: string) => createRuntime({ dataDir: join(directory, name), now });

before(async () => {
  shop = await openBookshop();
  directory = await mkdtemp(join(tmpdir(), 'executor-maintenance-'));
  runtime = await open('main');
  await runtime.sources.add({ url: shop.url, namespace: 'shop', allowPrivate: true });
  assert.equal((await runtime.sources.wait('shop')).state, 'ready');
});
after(async () => {
  await runtime.close();
  await shop.close();
  await rm(directory, { recursive: true, force: true });
});

const call = async (path: string, input: object) => {
  const { owner } = runtime.principals;
  const { id } = await runtime.executions.invoke({ path, input, principal: owner });
  return runtime.executions.wait(id, owner);
};

async function backup(file: string): Promise<void> {
  const out = createGzip();
  const written = new Promise<void>((resolve, reject) =>
    out
      .pipe(createWriteStream(file))
      .on('finish', () => resolve())
      .on('error', reject),
  );
  await runtime.maintenance.backup(out, { withKey: true });
  out.end();
  await written;
}

test('a replayed log gives, at each step, exactly the recorded state', async () => {
  const { owner } = runtime.principals;
  const waiting = await call('shop.orders.create', { bookId: 'goose' });
  assert.equal(waiting.state, 'awaitingApproval');
  await runtime.executions.resume(waiting.id, { action: 'accept' }, owner);
  assert.equal((await runtime.executions.wait(waiting.id, owner)).state, 'done');
  const { log, context } = await runtime.actors.get(waiting.id);
  const { steps, final } = replay({ machine: callMachine }, log);
  assert.deepEqual(
    steps.map(({ state }) => state),
    ['resolving', 'judging', 'awaitingApproval', 'judging', 'running', 'done'],
  );
  assert.deepEqual(
    log.map(({ state }) => state),
    steps.map(({ state }) => state),
  );
  assert.deepEqual(JSON.parse(JSON.stringify(final.context)), context);
});

test('the doctor finds nothing wrong with what was written as usual', async () => {
  const diagnosis = await runtime.maintenance.diagnose();
  assert.deepEqual(diagnosis.differences, []);
  assert.equal(diagnosis.ok, true);
  assert.ok(diagnosis.actors >= 2);
});

test('a backup taken while work goes on, restored elsewhere, still has what waits, and it can be approved there', async () => {
  const waiting = await call('shop.orders.create', { bookId: 'mmm' });
  const file = join(directory, 'copy.backup');
  await Promise.all([backup(file), call('shop.books.search', {})]);
  await restoreBackup(file, join(directory, 'copy'));
  const other = await open('copy');
  const { owner } = other.principals;
  assert.equal(other.token, runtime.token, 'with the key came the token');
  await other.executions.resume(waiting.id, { action: 'accept' }, owner);
  assert.equal((await other.executions.wait(waiting.id, owner)).state, 'done');
  assert.equal((await other.maintenance.diagnose()).ok, true);
  await assert.rejects(restoreBackup(file, join(directory, 'copy')), /a daemon holds/);
  await other.close();
  await assert.rejects(restoreBackup(file, join(directory, 'copy')), /--force/);
  const { former } = await restoreBackup(file, join(directory, 'copy'), { force: true });
  assert.ok(former?.includes('before-restore'));
});

test('a backup that was cut short or is none is refused, and nothing is put in place', async () => {
  const file = join(directory, 'short.backup');
  await backup(file);
  await truncate(file, (await readFile(file)).byteLength - 40);
  await assert.rejects(restoreBackup(file, join(directory, 'short')), { code: 'invalid_arguments' });
  await assert.rejects(restoreBackup(join(directory, 'nowhere'), join(directory, 'short')), /there is no file/);
  await assert.rejects(restoreBackup(new URL(import.meta.url).pathname, join(directory, 'short')), { code: 'invalid_arguments' });
  await assert.rejects(readFile(join(directory, 'short', 'db', 'CURRENT')), { code: 'ENOENT' });
});

test('the visualizer sees rows, logs, charts and effects', async () => {
  const { items } = await runtime.actors.list({ kind: 'call', state: 'awaitingApproval' });
  assert.equal(items.length, 1);
  const chart = runtime.actors.chart('call');
  assert.equal(chart.initial, 'resolving');
  const judging = chart.states.find(({ name }) => name === 'judging');
  assert.deepEqual(judging?.invokes, [{ id: 'judge', src: 'judge' }]);
  assert.ok(judging?.transitions.some(({ target }) => target === 'awaitingApproval'));
  assert.equal((await runtime.actors.get('shop')).state, 'ready');
  assert.throws(() => runtime.actors.chart('nonsense'), { code: 'invalid_arguments' });
});

test('history beyond its limits goes, with everything that belongs to it; what waits stays', async () => {
  const { owner } = runtime.principals;
  const old = await call('shop.books.search', { q: 'practice' });
  const waiting = (await runtime.executions.list({ state: 'pending' }, owner)).items;
  clock += 100 * 24 * 3_600_000;
  assert.ok((await runtime.maintenance.tidy()) >= 1);
  assert.throws(() => runtime.executions.get(old.id, owner), { code: 'execution_not_found' });
  assert.deepEqual((await runtime.executions.list({ q: 'practice' }, owner)).items, []);
  for (const { id } of waiting) assert.ok(runtime.executions.get(id, owner));
  assert.equal((await runtime.maintenance.diagnose()).ok, true);
  const kept: ExecutionView[] = [];
  for (let n = 0; n < 5; n++) kept.push(await call('shop.books.search', { limit: n + 1 }));
  await runtime.maintenance.updateSettings({ historyCount: 2 });
  await runtime.maintenance.tidy();
  assert.ok(runtime.executions.get(kept[4]!.id, owner));
  assert.throws(() => runtime.executions.get(kept[0]!.id, owner), { code: 'execution_not_found' });
});

test('the record outlives the executions it is about, and what is left of it still proves itself', async () => {
  const { owner } = runtime.principals;
  await runtime.maintenance.updateSettings({ historyDays: 10, auditDays: 30, historyCount: 1000 });
  const old = await call('shop.books.search', { q: 'recorded' });
  const entriesOf = async () => (await runtime.audit.list({ target: old.id })).items.length;
  clock += 20 * 24 * 3_600_000;
  await runtime.maintenance.tidy();
  assert.throws(() => runtime.executions.get(old.id, owner), { code: 'execution_not_found' });
  assert.equal(await entriesOf(), 1);
  await call('shop.books.search', { q: 'later' });
  clock += 15 * 24 * 3_600_000;
  await runtime.maintenance.tidy();
  assert.equal(await entriesOf(), 0);
  const verified = await runtime.audit.verify();
  assert.deepEqual([verified.ok, verified.first! > 1, verified.entries >= 1], [true, true, true]);
});

test('the history is found by state, tool, source, principal, time and words, and page by page', async () => {
  const { owner } = runtime.principals;
  await runtime.maintenance.updateSettings({ historyCount: 1000 });
  clock += 1000;
  const begun = now().toISOString();
  clock += 1000;
  for (const q of ['marsh', 'brooks', 'marsh']) {
    await call('shop.books.search', { q });
    clock += 1000;
  }
  await call('shop.books.get', { id: 'nothing' });
  const list = async (filter: object) => (await runtime.executions.list({ since: begun, ...filter }, owner)).items;
  assert.equal((await list({})).length, 4);
  assert.equal((await list({ q: 'marsh' })).length, 2);
  assert.equal((await list({ q: 'marsh', tool: 'shop.books.search', state: 'done', source: 'shop' })).length, 2);
  assert.equal((await list({ state: 'failed' })).length, 1);
  assert.equal((await list({ q: 'upstream_http_error' })).length, 1);
  assert.equal((await list({ principal: 'local' })).length, 0);
  assert.equal((await list({ until: begun })).length, 0);
  const first = await runtime.executions.list({ since: begun, limit: 3 }, owner);
  const second = await runtime.executions.list({ since: begun, limit: 3, cursor: first.nextCursor! }, owner);
  assert.deepEqual([first.items.length, second.items.length, second.nextCursor], [3, 1, undefined]);
});
