import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRuntime } from '../../runtime/create.ts';
import { openDatabase } from '../../runtime/open-database.ts';
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
  const add = async (namespace: string) => {
    await runtime.sources.add({ url: `${upstream.origin}/openapi.json`, namespace, allowPrivate: true });
    assert.equal((await runtime.sources.wait(namespace)).state, 'ready');
  };
  await add('shop');
  const owner = () => runtime.principals.owner;
  return {
    paths,
    upstream,
    held,
    release,
    add,
    remove: (namespace: string) => runtime.sources.remove(namespace),
    refresh: () => runtime.sources.refresh('shop'),
    async restart() {
      await runtime.close();
      runtime = await createRuntime({ dataDir });
    },
    /** The revisions of which there are rows, seen between two lives of the runtime, in which programs may get lost. */
    async revisions(lost: readonly string[] = []) {
      await runtime.close();
      const store = await openDatabase(dataDir, error => assert.fail(String(error)));
      for (const id of lost) await store.write([store.del(store.actor, `program:${id}`)]);
      const keys = [...(await store.tool.keys().all()), ...(await store.definition.keys().all())];
      await store.close();
      runtime = await createRuntime({ dataDir });
      return [...new Set(keys.map(key => key.split('!')[1]))].sort();
    },
    /** Ends the runtime in the midst of its work, with such rows of the catalog left. */
    async crash(left: readonly string[]) {
      await runtime.close();
      const store = await openDatabase(dataDir, error => assert.fail(String(error)));
      await store.write(left.flatMap(key => [store.put(store.tool, key, '{}'), store.put(store.definition, key, '{}')]));
      await store.close();
      runtime = await createRuntime({ dataDir });
    },
    invoke: (path: string) => runtime.executions.invoke({ path, input: {}, principal: owner() }),
    start: (code: string) => runtime.executions.start({ code, principal: owner() }),
    wait: (id: string) => runtime.executions.wait(id, owner()),
    cancel: (id: string) => runtime.executions.cancel(id, owner()),
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

const PROGRAM = `
  const before = await tools.shop.books.list();
  await tools.shop.orders.create();
  const after = await tools.shop.books.list().catch(error => error.code);
  const found = await tools.shop.shelves.list();
  return [before.path, after.path ?? after, found.path];
`;

test('a program goes on with the catalog it began with, also when it is run again; what is new it finds as well', async t => {
  const { paths, upstream, refresh, restart, start, wait, accept, invoke } = await openShop(t);
  const { id } = await start(PROGRAM);
  assert.equal((await wait(id)).state, 'paused');
  delete paths['/books'];
  paths['/shelves'] = { get: operation('shelves/list') };
  await refresh();
  await restart();
  await assert.rejects(invoke('shop.books.list'), { code: 'tool_not_found' });
  const { state, result, error } = await accept(id);
  assert.deepEqual([state, result, error], ['done', ['/books', '/books', '/shelves'], undefined]);
  assert.deepEqual([upstream.count('GET /books'), upstream.count('POST /orders')], [2, 1]);
});

test('a program keeps a definition of which an approval was given, and its write is not asked for again', async t => {
  const { paths, upstream, refresh, start, wait, accept } = await openShop(t);
  const { id } = await start('await tools.shop.books.list(); return (await tools.shop.orders.create()).path');
  assert.equal((await wait(id)).state, 'paused');
  paths['/orders'] = { post: operation('orders/create', { summary: 'Orders, and pays at once' }) };
  assert.deepEqual((await refresh()).changed, ['shop.orders.create']);
  assert.equal((await accept(id)).result, '/orders');
  assert.equal(upstream.count('POST /orders'), 1);
});

test('what a program began with as a read asks once it has become a write', async t => {
  const { paths, upstream, refresh, start, wait, accept } = await openShop(t);
  const { id } = await start('await tools.shop.books.list(); await tools.shop.orders.create(); return tools.shop.books.list()');
  await wait(id);
  paths['/books'] = { post: operation('books/list') };
  await refresh();
  const asked = await accept(id);
  assert.deepEqual([asked.state, upstream.count('GET /books')], ['paused', 1]);
  const { state } = await accept(id, asked.interactions.at(-1)!.id);
  assert.deepEqual([state, upstream.count('GET /books'), upstream.count('POST /books')], ['done', 2, 0]);
});

test('a program whose source was removed is told so, and one that was added again is another one', async t => {
  const { start, wait, accept, remove, add } = await openShop(t);
  const code = 'await tools.shop.books.list(); await tools.gate.orders.create(); return tools.shop.books.list().catch(error => error.code)';
  await add('gate');
  const [gone, back] = [await start(code), await start(code)];
  for (const { id } of [gone, back]) await wait(id);
  await remove('shop');
  assert.equal((await accept(gone.id)).result, 'tool_not_found');
  await add('shop');
  assert.deepEqual((await accept(back.id)).result, { path: '/books', asked: {} });
});

test('the rows of a revision stay while a program needs them, and go when the last one has ended', async t => {
  const { paths, refresh, start, wait, accept, cancel, revisions } = await openShop(t);
  const code = 'await tools.shop.books.list(); await tools.shop.orders.create(); return (await tools.shop.books.list()).path';
  const [first, second] = [await start(code), await start(code)];
  for (const { id } of [first, second]) await wait(id);
  paths['/shelves'] = { get: operation('shelves/list') };
  await refresh();
  paths['/boxes'] = { get: operation('boxes/list') };
  await refresh();
  assert.deepEqual(await revisions(), ['1', '3']);
  assert.equal((await accept(first.id)).result, '/books');
  assert.deepEqual(await revisions(), ['1', '3']);
  await cancel(second.id);
  assert.deepEqual(await revisions(), ['3']);
});

test('what a program that is no longer there has held goes with the next start', async t => {
  const { paths, refresh, start, wait, revisions } = await openShop(t);
  const { id } = await start('await tools.shop.books.list(); await tools.shop.orders.create()');
  await wait(id);
  paths['/shelves'] = { get: operation('shelves/list') };
  await refresh();
  assert.deepEqual(await revisions([id]), ['1', '2']);
  assert.deepEqual(await revisions(), ['2']);
});

test('what a crash left of revisions that were being written or removed is gone after the next start, and what counts is there', async t => {
  const { paths, add, refresh, crash, revisions, invoke, wait } = await openShop(t);
  await add('other');
  paths['/more'] = { get: operation('more/list') };
  await refresh();
  await crash(['shop!1!shop.books.list', 'shop!3!shop.books.list', 'shop!12!shop.books.list', 'other!2!other.books.list']);
  assert.deepEqual(await revisions(), ['1', '2'], 'of the shop the second, of the other one the first');
  for (const path of ['shop.more.list', 'other.books.list']) assert.equal((await wait((await invoke(path)).id)).state, 'done');
});
