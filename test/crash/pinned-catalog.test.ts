import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../runtime/open-database.ts';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { answerJson, type Ending, recordUpstream } from '../upstream-recorder.ts';

/** Programs keep to the catalog they began with over a SIGKILL. */

const ok = { 200: { description: 'ok' } };
const needs = (name: string) => ({ name, in: 'query', required: true, schema: { type: 'string' } });

/** A shop that describes itself, so that it can be refreshed. */
async function openShop(t: Ending) {
  const paths: Record<string, Record<string, object>> = {
    '/books': { get: { operationId: 'books/list', tags: ['books'], parameters: [needs('shelf')], responses: ok } },
    '/orders': { post: { operationId: 'orders/create', tags: ['orders'], responses: ok } },
  };
  const upstream = await recordUpstream(t, ({ path, query }, res) =>
    path === '/openapi.json'
      ? answerJson(res, 200, { openapi: '3.0.3', info: { title: 'Shop', version: '1' }, paths })
      : answerJson(res, 200, { path, asked: Object.fromEntries(query) }),
  );
  return { paths, upstream };
}

/** Where the list of books is from now on, and what it wants. */
const MOVED = {
  '/stock': { get: { operationId: 'books/list', tags: ['books'], parameters: [needs('room')], responses: ok } },
};

/** Asks for books by the arguments of the first revision, and waits for a person in between. */
const CODE = `
  const before = await tools.shop.books.list({ shelf: 'a' });
  await tools.shop.orders.create();
  const after = await tools.shop.books.list({ shelf: 'b' });
  return [before, after].map(({ path, asked }) => path + ' ' + asked.shelf);
`;

async function pausedProgram({ api }: DaemonProcess): Promise<{ id: string; interaction: string }> {
  const { id } = (await api.post('/api/executions', { code: CODE })).body;
  const view = (await api.get(`/api/executions/${id}?wait=60`)).body;
  assert.deepEqual([view.state, view.interactions.length], ['paused', 1], JSON.stringify(view));
  return { id, interaction: view.interactions[0].id };
}

async function addedShop({ api }: DaemonProcess, origin: string): Promise<void> {
  await api.post('/api/sources', { url: `${origin}/openapi.json`, namespace: 'shop', allowPrivate: true });
  const { body } = await api.get('/api/sources/shop?wait=60');
  assert.equal(body.state, 'ready', JSON.stringify(body));
}

/** The revisions of which the catalog has rows, and whether any are held; seen while no daemon has the data. */
async function rowsIn(dataDir: string) {
  const store = await openDatabase(dataDir, error => assert.fail(String(error)));
  const tools = await store.tool.keys().all();
  const held = (await store.index.keys().all()).filter(key => /^(held|pinned)!/.test(key));
  await store.close();
  return { revisions: [...new Set(tools.map(key => key.split('!')[1]))].sort(), isHeld: held.length > 0 };
}

test('a program that waits goes on with the tool as it was, though the source was refreshed and the daemon killed', async t => {
  const dataDir = temporaryDataDir(t);
  const { paths, upstream } = await openShop(t);
  const first = await startDaemon(t, dataDir);
  await addedShop(first, upstream.origin);
  const { id, interaction } = await pausedProgram(first);
  delete paths['/books'];
  Object.assign(paths, MOVED);
  assert.deepEqual((await first.api.post('/api/sources/shop/refresh', {})).body.changed, ['shop.books.list']);
  await first.kill();
  assert.deepEqual(await rowsIn(dataDir), { revisions: ['1', '2'], isHeld: true });

  const second = await startDaemon(t, dataDir);
  const now = await second.api.invoke('shop.books.list', { shelf: 'b' });
  assert.equal(now.body.error?.code, 'invalid_arguments', 'a call of its own meets the tool as it is');
  const ended = (await second.api.resume(id, { action: 'accept', interaction })).body;
  assert.deepEqual([ended.state, ended.result], ['done', ['/books a', '/books b']], JSON.stringify(ended));
  assert.deepEqual([upstream.count('GET /books'), upstream.count('POST /orders'), upstream.count('GET /stock')], [2, 1, 0]);
  await second.stop();
  assert.deepEqual(await rowsIn(dataDir), { revisions: ['2'], isHeld: false });
});

test('what a program held goes, though the daemon is killed as soon as the program has ended', async t => {
  const dataDir = temporaryDataDir(t);
  const { paths, upstream } = await openShop(t);
  const first = await startDaemon(t, dataDir);
  await addedShop(first, upstream.origin);
  const { id, interaction } = await pausedProgram(first);
  Object.assign(paths, { '/rooms': { get: { operationId: 'rooms/list', tags: ['rooms'], responses: ok } } });
  await first.api.post('/api/sources/shop/refresh', {});
  await first.kill();
  const second = await startDaemon(t, dataDir);
  const ended = (await second.api.resume(id, { action: 'accept', interaction })).body;
  assert.deepEqual([ended.state, ended.result], ['done', ['/books a', '/books b']], JSON.stringify(ended));
  await second.kill();
  const third = await startDaemon(t, dataDir);
  assert.equal((await third.api.get(`/api/executions/${id}`)).body.state, 'done');
  await third.stop();
  assert.deepEqual(await rowsIn(dataDir), { revisions: ['2'], isHeld: false });
});
