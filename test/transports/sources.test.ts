import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { description, openWarehouse } from './warehouse.ts';

test('a source is added at once, and ready when its tools are in the catalog', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const added = await owner.post('/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'second', allowPrivate: true });
  assert.equal(added.status, 202);
  assert.deepEqual([added.body.namespace, added.body.state, added.body.toolCount], ['second', 'detecting', 0]);
  const ready = await owner.get('/api/sources/second?wait=20');
  assert.deepEqual([ready.body.state, ready.body.kind, ready.body.toolCount, ready.body.revision], ['ready', 'openapi', 10, 1]);
  const { body } = await owner.get('/api/sources');
  assert.deepEqual(
    body.items.map(({ namespace }: { namespace: string }) => namespace),
    ['second', 'w'],
  );
});

test('a description may be an object, a JSON text or a YAML text', async t => {
  const { owner } = await openWarehouse(t);
  const spec = description('http://127.0.0.1:9');
  const yaml =
    'openapi: 3.0.3\ninfo: {title: Pond, version: "1"}\nservers: [{url: "http://127.0.0.1:9"}]\npaths:\n  /ducks:\n    get:\n      operationId: listDucks\n      responses: {"200": {description: OK}}\n';
  for (const [namespace, given, tools] of [
    ['a', spec, 10],
    ['b', JSON.stringify(spec), 10],
    ['c', yaml, 1],
  ] as const) {
    assert.equal((await owner.post('/api/sources', { spec: given, namespace, allowPrivate: true })).status, 202);
    const { body } = await owner.get(`/api/sources/${namespace}?wait=20`);
    assert.deepEqual([body.state, body.toolCount], ['ready', tools], JSON.stringify(body.error));
  }
});

test('a taken namespace is refused, but the same request again is no conflict', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const same = { url: `${upstream.origin}/openapi.json`, namespace: 'w', allowPrivate: true };
  const again = await owner.post('/api/sources', same);
  assert.deepEqual([again.status, again.body.state, again.body.revision], [202, 'ready', 1]);
  const other = await owner.post('/api/sources', { ...same, baseUrl: 'http://127.0.0.1:9' });
  assert.deepEqual([other.status, other.body.error.code], [409, 'source_exists']);
  const secret = await owner.post('/api/sources', { ...same, headers: { authorization: 'other' } });
  assert.equal(secret.status, 409);
  assert.deepEqual((await owner.get('/api/sources/w')).body.baseUrl, upstream.origin);
});

test('a source that failed may be added again under its namespace', async t => {
  const { owner, upstream } = await openWarehouse(t);
  await owner.post('/api/sources', { url: `${upstream.origin}/items`, namespace: 'x', allowPrivate: true });
  const failed = await owner.get('/api/sources/x?wait=20');
  assert.deepEqual([failed.body.state, failed.body.error.code], ['failed', 'source_not_recognised']);
  await owner.post('/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'x', allowPrivate: true });
  assert.equal((await owner.get('/api/sources/x?wait=20')).body.state, 'ready');
});

test('without a namespace the description names its source', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const detected = await owner.post('/api/detect', { url: `${upstream.origin}/openapi.json`, allowPrivate: true });
  assert.equal(detected.status, 200);
  const [candidate] = detected.body.candidates;
  assert.deepEqual([candidate.kind, candidate.namespace, candidate.name], ['openapi', 'warehouse', 'Warehouse']);
  assert.equal((await owner.get('/api/sources')).body.items.length, 1, 'detecting adds nothing');
  const added = await owner.post('/api/sources', { url: `${upstream.origin}/openapi.json`, allowPrivate: true });
  assert.deepEqual([added.status, added.body.namespace], [202, 'warehouse']);
});

test('a changed source calls where it is told to, with the headers it is given, and shows only their names', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const elsewhere = await recordUpstream(t, (_request, res) => answerJson(res, 200, []));
  const change = { name: 'The new warehouse', baseUrl: `${elsewhere.origin}/v2`, headers: { 'x-api-key': 'very-secret-value' } };
  const changed = await owner.patch('/api/sources/w', change);
  assert.equal(changed.status, 200);
  const { body, text } = await owner.get('/api/sources/w?wait=20');
  assert.deepEqual([body.state, body.baseUrl, body.headers], ['ready', `${elsewhere.origin}/v2`, ['x-api-key']]);
  assert.ok(!text.includes('very-secret-value') && !changed.text.includes('very-secret-value'));
  assert.equal((await owner.invoke('w.items.list')).body.ok, true);
  assert.equal(elsewhere.count('GET /v2/items'), 1);
  assert.equal(elsewhere.arrived[0]?.headers['x-api-key'], 'very-secret-value');
  assert.equal(upstream.count('GET /items'), 0);
});

test('a person’s name for a source stays', async t => {
  const { owner } = await openWarehouse(t);
  await owner.patch('/api/sources/w', { name: 'Ours' });
  assert.equal((await owner.get('/api/sources/w?wait=20')).body.name, 'Ours');
  await owner.post('/api/sources/w/refresh', {});
  assert.equal((await owner.get('/api/sources/w')).body.name, 'Ours');
});

test('a refresh says what it added, changed and removed', async t => {
  const { owner } = await openWarehouse(t);
  const operation = (operationId: string, summary: string) => ({
    operationId,
    tags: ['t'],
    summary,
    responses: { 200: { description: '' } },
  });
  let paths: object = { '/a': { get: operation('a', 'A') }, '/b': { get: operation('b', 'B') } };
  const changing = await recordUpstream(t, (_request, res) =>
    answerJson(res, 200, { openapi: '3.0.0', info: { title: 'C', version: '1' }, servers: [{ url: '/' }], paths }),
  );
  await owner.post('/api/sources', { url: `${changing.origin}/`, namespace: 'c', allowPrivate: true });
  await owner.get('/api/sources/c?wait=20');
  assert.deepEqual((await owner.post('/api/sources/c/refresh')).body, { added: [], changed: [], removed: [], held: [] });
  paths = { '/a': { get: operation('a', 'Another A') }, '/d': { get: operation('d', 'D') } };
  const { status, body } = await owner.post('/api/sources/c/refresh', {});
  assert.equal(status, 200);
  assert.deepEqual(body, { added: ['c.t.d'], changed: ['c.t.a'], removed: ['c.t.b'], held: [] });
  assert.equal((await owner.get('/api/tools/c.t.b')).status, 404);
  assert.equal((await owner.get('/api/tools/c.t.d')).status, 200);
});

test('a refresh that fails leaves the tools that were there', async t => {
  const { owner, upstream } = await openWarehouse(t);
  await upstream.close();
  const { status, body } = await owner.post('/api/sources/w/refresh', {});
  assert.deepEqual([status, body.error.code], [502, 'upstream_unreachable']);
  const source = (await owner.get('/api/sources/w')).body;
  assert.deepEqual([source.state, source.stale, source.toolCount, source.error.code], ['ready', true, 10, 'upstream_unreachable']);
  assert.equal((await owner.get('/api/tools/w.items.list')).status, 200);
});

test('a removed source takes its tools with it, but not the history of its calls', async t => {
  const { owner } = await openWarehouse(t);
  const { executionId } = (await owner.invoke('w.items.list')).body;
  assert.equal((await owner.delete('/api/sources/w')).status, 200);
  for (const path of ['/api/sources/w', '/api/tools/w.items.list']) assert.equal((await owner.get(path)).status, 404, path);
  assert.deepEqual(
    (await owner.get('/api/tools')).body.items.filter(({ source }: { source: string }) => source === 'w'),
    [],
  );
  const called = await owner.invoke('w.items.list');
  assert.deepEqual([called.status, called.body.error.code], [404, 'tool_not_found']);
  assert.deepEqual((await owner.get(`/api/executions/${executionId}`)).body.result, [{ name: 'bolt' }]);
  assert.equal((await owner.get('/api/executions?source=w')).body.items.length, 1);
});

test('what is no source is refused with the reason, and changes nothing', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const url = `${upstream.origin}/openapi.json`;
  const refused: [object, number, string][] = [
    [{}, 400, 'invalid_arguments'],
    [{ url: 'not an address' }, 400, 'invalid_arguments'],
    [{ url: 'file:///etc/passwd' }, 400, 'invalid_arguments'],
    [{ url, surprise: 1 }, 400, 'invalid_arguments'],
    [{ url, namespace: 'Has Spaces', allowPrivate: true }, 400, 'invalid_arguments'],
    [{ url, namespace: '../up', allowPrivate: true }, 400, 'invalid_arguments'],
    [{ url, namespace: 'executor', allowPrivate: true }, 409, 'source_exists'],
    [{ url, baseUrl: 'nowhere', namespace: 'y', allowPrivate: true }, 400, 'invalid_arguments'],
    [{ url, headers: { 'a b': 'c' }, namespace: 'y', allowPrivate: true }, 400, 'invalid_arguments'],
    [{ url, headers: { a: 'b\r\nc: d' }, namespace: 'y', allowPrivate: true }, 400, 'invalid_arguments'],
    [{ url }, 422, 'egress_refused'],
    [{ url: `${upstream.origin}/items`, allowPrivate: true }, 422, 'source_not_recognised'],
    [{ spec: 'hello' }, 422, 'source_not_recognised'],
  ];
  for (const [input, status, code] of refused) {
    const { status: actual, body } = await owner.post('/api/sources', input);
    assert.deepEqual([actual, body.error?.code], [status, code], JSON.stringify(input));
    assert.ok(body.error.message.length > 10);
  }
  assert.equal((await owner.get('/api/sources')).body.items.length, 1);
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const { status, body } = await owner.ask(method, '/api/sources/nobody', method === 'PATCH' ? { body: { name: 'x' } } : {});
    assert.deepEqual([status, body.error.code], [404, 'source_not_found'], method);
  }
  assert.equal((await owner.post('/api/sources/nobody/refresh')).body.error.code, 'source_not_found');
  assert.equal((await owner.patch('/api/sources/w', { namespace: 'v' })).status, 400);
});
