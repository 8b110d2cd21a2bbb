import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

/** What a refresh does to executions that have begun before it. */

const ok = { 200: { description: 'ok' } };
const operation = (operationId: string, rest: object = {}) => ({ operationId, tags: [operationId.split('/')[0]], responses: ok, ...rest });

async function openShop(t: TestContext) {
  const paths: Record<string, Record<string, object>> = {
    '/books': { get: operation('books/list') },
    '/orders': { post: operation('orders/create') },
    '/held': { get: operation('books/held') },
  };
  let release = () => {};
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  let arrive = () => {};
  const held = new Promise<void>(resolve => {
    arrive = resolve;
  });
  const upstream = await recordUpstream(t, async ({ path, query }, res) => {
    if (path === '/openapi.json') return answerJson(res, 200, { openapi: '3.0.3', info: { title: 'Shop', version: '1' }, paths });
    if (path === '/held') {
      arrive();
      await released;
    }
    answerJson(res, 200, { path, asked: Object.fromEntries(query) });
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-meanwhile-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  let runtime: Runtime = await createRuntime({ dataDir });
  t.after(() => runtime.close());
  await runtime.sources.add({ url: `${upstream.origin}/openapi.json`, namespace: 'shop', allowPrivate: true });
  assert.equal((await runtime.sources.wait('shop')).state, 'ready');
  const owner = () => runtime.principals.owner;
  return {
    paths,
    upstream,
    held,
    release,
    refresh: () => runtime.sources.refresh('shop'),
    async restart() {
      await runtime.close();
      runtime = await createRuntime({ dataDir });
    },
    invoke: (path: string) => runtime.executions.invoke({ path, input: {}, principal: owner() }),
    start: (code: string) => runtime.executions.start({ code, principal: owner() }),
    wait: (id: string) => runtime.executions.wait(id, owner()),
    async accept(id: string, interaction?: string) {
      await runtime.executions.resume(id, { action: 'accept', ...(interaction && { interaction }) }, owner());
      return runtime.executions.wait(id, owner());
    },
  };
}

test('a call that is in flight when its operation goes gets the answer it was sent for', async t => {
  const { paths, held, release, refresh, invoke, wait } = await openShop(t);
  const { id } = await invoke('shop.books.held');
  await held;
  delete paths['/held'];
  assert.deepEqual((await refresh()).removed, ['shop.books.held']);
  release();
  const { state, result } = await wait(id);
  assert.deepEqual([state, result], ['done', { path: '/held', asked: {} }]);
});

test('a write whose operation changes while it waits is asked for again, and sent once', async t => {
  const { paths, upstream, refresh, invoke, wait, accept } = await openShop(t);
  const { id } = await invoke('shop.orders.create');
  assert.equal((await wait(id)).state, 'awaitingApproval');
  paths['/orders'] = { post: operation('orders/create', { summary: 'Orders, and pays at once' }) };
  assert.deepEqual((await refresh()).changed, ['shop.orders.create']);
  const again = await accept(id);
  assert.deepEqual([again.state, again.interactions.length, upstream.count('POST /orders')], ['awaitingApproval', 2, 0]);
  const done = await accept(id, again.interactions[1]!.id);
  assert.deepEqual([done.state, upstream.count('POST /orders')], ['done', 1]);
});

test('a write whose operation goes while it waits is not sent, and says why', async t => {
  const { paths, upstream, refresh, invoke, wait, accept } = await openShop(t);
  const { id } = await invoke('shop.orders.create');
  await wait(id);
  delete paths['/orders'];
  await refresh();
  const { state, error } = await accept(id);
  assert.deepEqual([state, error?.code, upstream.count('POST /orders')], ['failed', 'tool_not_found', 0]);
});

test('a program keeps what it was answered before a refresh, also when it is run again, and goes on with the catalog of then', async t => {
  const { paths, upstream, refresh, restart, start, wait, accept } = await openShop(t);
  const { id } = await start(`
    const before = await tools.shop.books.list();
    await tools.shop.orders.create();
    const after = await tools.shop.books.list().catch(error => error.code);
    const found = await tools.shop.shelves.list();
    return [before.path, after, found.path];
  `);
  assert.equal((await wait(id)).state, 'paused');
  delete paths['/books'];
  paths['/shelves'] = { get: operation('shelves/list') };
  await refresh();
  await restart();
  const { state, result, error } = await accept(id);
  assert.deepEqual([state, result, error], ['done', ['/books', 'tool_not_found', '/shelves'], undefined]);
  assert.deepEqual([upstream.count('GET /books'), upstream.count('POST /orders')], [1, 1]);
});
