import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { routesOf } from '../security/house.ts';
import { openWarehouse } from './warehouse.ts';

/** There a refusal is JSON-RPC's. */
const speaksMcp = ({ path }: { path: string }) => /^\/mcp(\/|$)/.test(path);
const takesBody = ({ method }: { method: string }) => method === 'POST' || method === 'PUT' || method === 'PATCH';

test('what is not there is told as JSON, whatever the method', async t => {
  const { owner } = await openWarehouse(t);
  for (const [method, path] of [
    ['GET', '/api'],
    ['GET', '/api/'],
    ['GET', '/api/nothing'],
    ['POST', '/api/healthz'],
    ['DELETE', '/api/sources'],
    ['PUT', '/api/sources/w'],
    ['GET', '/api/executions/x/y/z'],
    ['POST', '/nowhere'],
    ['PATCH', '/'],
    ['GET', '/ws'],
    ['PUT', '/mcp'],
  ] as const) {
    const { status, body, headers } = await owner.ask(method, path);
    assert.equal(status, 404, `${method} ${path}`);
    assert.equal(typeof body?.error?.code, 'string', `${method} ${path}`);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
  }
});

test('malformed JSON on any route is told as that, and changes nothing', async t => {
  const { owner, serving, upstream } = await openWarehouse(t);
  const before = (await owner.get('/api/sources')).text;
  const routes = routesOf(serving).filter(takesBody);
  assert.ok(routes.length >= 11);
  for (const { method, path } of routes) {
    const real = path.replace('/sources/x', '/sources/w').replace('/invoke/x', '/invoke/w.items.list').replace('/mcp/x', '/mcp/w');
    for (const text of ['{', '{"a":}', '[1,', '"', 'undefined', '{"a":1}garbage']) {
      const { status, body } = await owner.ask(method, real, { text });
      assert.equal(status, 400, `${method} ${real} ${text}`);
      if (!speaksMcp({ path })) assert.equal(body.error.code, 'invalid_arguments', `${method} ${real}`);
    }
  }
  assert.equal((await owner.get('/api/sources')).text, before);
  assert.deepEqual((await owner.get('/api/executions')).body.items, []);
  assert.equal(upstream.arrived.length, 0);
});

test('a body that is no JSON by its own word is refused with 415', async t => {
  const { owner, serving } = await openWarehouse(t);
  for (const { method, path } of routesOf(serving).filter(takesBody)) {
    if (speaksMcp({ path })) continue;
    const { status, body } = await owner.ask(method, path, { text: '{"a":1}', headers: { 'content-type': 'text/plain' } });
    assert.deepEqual([status, body.error.code], [415, 'invalid_arguments'], `${method} ${path}`);
  }
});

test('a body beyond the limit is refused with 413 before it is read to its end', async t => {
  const { owner, serving, url, token } = await openWarehouse(t);
  for (const { method, path } of routesOf(serving).filter(takesBody)) {
    if (speaksMcp({ path })) continue;
    const limit = (method === 'POST' && path === '/api/sources' ? 128 : 16) * 1024 * 1024;
    const answered = await new Promise<{ status: number; code: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': limit + 1 };
      const sent = request(url + path, { method, headers, agent: false }, async res => {
        let text = '';
        for await (const chunk of res) text += chunk;
        sent.destroy();
        resolve({ status: res.statusCode ?? 0, code: JSON.parse(text).error.code });
      });
      sent.on('error', reject);
      sent.write('{');
    });
    assert.deepEqual(answered, { status: 413, code: 'body_too_large' }, `${method} ${path}`);
  }
  assert.equal((await owner.get('/healthz')).status, 200);
});

test('without the token no route of the API says anything', async t => {
  const { url, serving } = await openWarehouse(t);
  for (const { method, path } of routesOf(serving)) {
    if (!path.startsWith('/api/') || (method === 'POST' && path === '/api/session')) continue;
    const response = await fetch(url + path, { method, headers: { 'content-type': 'application/json' } });
    const { error } = (await response.json()) as { error: { code: string } };
    assert.deepEqual([response.status, error.code], [401, 'unauthorized'], `${method} ${path}`);
  }
});
