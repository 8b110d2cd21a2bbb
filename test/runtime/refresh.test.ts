import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** What the description says at the moment; tests change it. */
const paths: Record<string, Record<string, object>> = {
  '/books': { get: { operationId: 'books/list', tags: ['books'], responses: { 200: { description: 'ok' } } } },
  '/orders': { post: { operationId: 'orders/create', tags: ['orders'], responses: { 201: { description: 'ok' } } } },
};
let servers: object[] | undefined;
let broken = false;
/** A description in two documents; what it refers to changes. */
const parameter = { name: 'q', in: 'query', schema: { type: 'string' } };
const split: Record<string, object> = {
  '/split.json': {
    openapi: '3.0.3',
    info: { title: 'Split', version: '1' },
    paths: { '/things': { get: { operationId: 'things/list', parameters: [{ $ref: './parts.json#/q' }], responses: {} } } },
  },
  '/parts.json': { q: parameter },
};
const seen: { conditional: boolean; status: number }[] = [];

let server: Server;
let url: string;
let directory: string;
let runtime: Runtime;

before(async () => {
  server = createServer((req, res) => {
    const part = split[req.url ?? ''];
    if (part && req.headers['if-none-match'] === '"same"') return void res.writeHead(304).end();
    if (part) {
      const etag = req.url === '/split.json' ? { etag: '"same"' } : {};
      return void res.writeHead(200, { 'content-type': 'application/json', ...etag }).end(JSON.stringify(part));
    }
    if (req.url !== '/openapi.json') return void res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    const document = JSON.stringify({ openapi: '3.0.3', info: { title: 'Shop', version: '1' }, ...(servers && { servers }), paths });
    const etag = `"${Buffer.from(document).toString('base64url').slice(-40)}${document.length}"`;
    const status = broken ? 500 : req.headers['if-none-match'] === etag ? 304 : 200;
    seen.push({ conditional: req.headers['if-none-match'] !== undefined, status });
    res.writeHead(status, { 'content-type': 'application/json', etag }).end(status === 200 ? document : '');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  directory = await mkdtemp(join(tmpdir(), 'executor-refresh-'));
  runtime = await createRuntime({ dataDir: directory });
  await runtime.sources.add({ url: `${url}/openapi.json`, namespace: 'shop', allowPrivate: true });
  assert.equal((await runtime.sources.wait('shop')).state, 'ready');
});
after(async () => {
  await runtime.close();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const call = async (path: string) => {
  const { owner } = runtime.principals;
  const { id } = await runtime.executions.invoke({ path, input: {}, principal: owner });
  return runtime.executions.wait(id, owner);
};

test('a description that has not changed is asked for under a condition and not indexed again', async () => {
  assert.deepEqual(await runtime.sources.refresh('shop'), { added: [], changed: [], removed: [], held: [] });
  assert.deepEqual(seen.at(-1), { conditional: true, status: 304 });
  assert.equal(runtime.sources.get('shop').revision, 1);
});

test('a refresh says what was added, changed and removed; what asks anyway is not held', async () => {
  paths['/books']!.post = { operationId: 'books/create', tags: ['books'], responses: { 201: { description: 'ok' } } };
  paths['/orders']!.post = { operationId: 'orders/create', tags: ['orders'], summary: 'Order', responses: { 201: { description: 'ok' } } };
  assert.deepEqual(await runtime.sources.refresh('shop'), {
    added: ['shop.books.create'],
    changed: ['shop.orders.create'],
    removed: [],
    held: [],
  });
  delete paths['/books']!.post;
  assert.deepEqual((await runtime.sources.refresh('shop')).removed, ['shop.books.create']);
  await assert.rejects(call('shop.books.create'), { code: 'tool_not_found' });
});

test('what a rule would let run is held until the owner has reviewed it, and the rule stays', async () => {
  await runtime.policies.put({ pattern: 'shop.**', decision: 'allow' });
  assert.equal((await call('shop.orders.create')).state, 'done');
  paths['/refunds'] = { post: { operationId: 'refunds/create', tags: ['refunds'], responses: { 201: { description: 'ok' } } } };
  assert.deepEqual((await runtime.sources.refresh('shop')).held, ['shop.refunds.create']);
  const denied = await call('shop.refunds.create');
  assert.equal(denied.state, 'denied');
  assert.match(denied.error?.message ?? '', /held until the owner has reviewed/);
  assert.equal((await call('shop.orders.create')).state, 'done', 'what was there before runs as before');
  assert.deepEqual((await runtime.sources.refresh('shop')).held, ['shop.refunds.create'], 'a further refresh does not let it through');
  assert.equal((await runtime.sources.update('shop', { accept: ['shop.refunds.*'] })).held, undefined);
  assert.equal((await call('shop.refunds.create')).state, 'done');
});

test('a refresh that fails keeps the last good catalog, marks it stale and says why', async () => {
  broken = true;
  await assert.rejects(runtime.sources.refresh('shop'), { code: 'source_not_recognised' });
  const view = runtime.sources.get('shop');
  assert.deepEqual([view.state, view.stale, view.error?.code], ['ready', true, 'source_not_recognised']);
  assert.equal((await call('shop.books.list')).state, 'done');
  broken = false;
  await runtime.sources.refresh('shop');
  assert.equal(runtime.sources.get('shop').stale, undefined);
});

test('a server that a refresh brings is held: nothing goes to an origin nobody agreed to', async () => {
  servers = [{ url: 'http://127.0.0.1:1' }];
  const { held } = await runtime.sources.refresh('shop');
  assert.ok(held.includes('shop.books.list'));
  await assert.rejects(call('shop.books.list'), /nobody agreed to/);
});

test('what the owner has reviewed may run, at the server it names', async () => {
  servers = [{ url: `${url}/elsewhere` }, { url: url.replace('127.0.0.1', 'localhost') }];
  paths['/gifts'] = {
    get: { operationId: 'gifts/list', tags: ['gifts'], servers: [servers[1]!], responses: { 200: { description: 'ok' } } },
  };
  assert.ok((await runtime.sources.refresh('shop')).held.includes('shop.gifts.list'));
  await assert.rejects(call('shop.gifts.list'), /nobody agreed to/);
  await runtime.sources.update('shop', { accept: ['shop.gifts.list'] });
  assert.equal((await call('shop.gifts.list')).state, 'done');
});

test('another base URL is the owner’s own word: nothing is held for it', async () => {
  await runtime.sources.update('shop', { accept: ['shop.**'] });
  await runtime.sources.update('shop', { baseUrl: `${url}/v2` });
  const { state, held } = await runtime.sources.wait('shop');
  assert.deepEqual([state, held], ['ready', undefined]);
  assert.equal((await call('shop.orders.create')).state, 'done');
});

test('a description that stayed while a document it refers to changed is indexed again', async () => {
  await runtime.sources.add({ url: `${url}/split.json`, namespace: 'split', allowPrivate: true });
  assert.equal((await runtime.sources.wait('split')).state, 'ready');
  const none = { added: [], changed: [], removed: [], held: [] };
  assert.deepEqual(await runtime.sources.refresh('split'), none);
  assert.equal(runtime.sources.get('split').revision, 1);
  split['/parts.json'] = { q: { ...parameter, schema: { type: 'string', enum: ['a', 'b'] } } };
  assert.deepEqual(await runtime.sources.refresh('split'), { ...none, changed: ['split.things.thingsList'] });
  assert.equal(runtime.sources.get('split').revision, 2);
  assert.deepEqual(await runtime.sources.refresh('split'), none);
  assert.equal(runtime.sources.get('split').revision, 2);
});
