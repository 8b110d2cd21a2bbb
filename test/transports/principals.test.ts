import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { openApi } from '../api.ts';
import { call, v1 } from '../mcp/clients.ts';
import { openWarehouse, pause, type Warehouse } from './warehouse.ts';

async function tokenFor({ owner, url }: Pick<Warehouse, 'owner' | 'url'>, input: object) {
  const { status, body } = await owner.post('/api/tokens', input);
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body.id as string, token: body.token as string, api: openApi(url, body.token) };
}

test('a token is shown once, kept as a digest only, and ends when it is revoked', async t => {
  const house = await openWarehouse(t);
  const { id, token, api } = await tokenFor(house, { name: 'claude', role: 'agent' });
  assert.match(id, /^tok_/);
  assert.equal((await api.get('/api/tools?q=list')).status, 200);
  const { body } = await house.owner.get('/api/tokens');
  assert.deepEqual(
    body.items.map(({ createdAt: _, ...shown }: { createdAt: string }) => shown),
    [{ id, name: 'claude', role: 'agent' }],
  );
  for (const file of readdirSync(join(house.dataDir, 'db'))) {
    assert.equal(readFileSync(join(house.dataDir, 'db', file)).includes(token), false, file);
  }
  assert.equal((await house.owner.delete(`/api/tokens/${id}`)).status, 200);
  assert.equal((await api.get('/api/tools')).status, 401);
  assert.equal((await house.owner.delete(`/api/tokens/${id}`)).body.error.code, 'invalid_arguments');
});

test('a token that was revoked loses what it has open, and what it asked for does not run', async t => {
  const house = await openWarehouse(t);
  const { id, token, api } = await tokenFor(house, { name: 'claude', role: 'agent' });
  const client = await v1(t, house.url, token);
  assert.equal((await call(client, 'call', { path: 'w.items.list' })).data.status, 'done');
  const socket = new WebSocket(`${house.url.replace('http', 'ws')}/ws`, ['executor', `bearer.${token}`]);
  await new Promise(resolve => socket.once('open', resolve));
  const closed = new Promise<number>(resolve => socket.once('close', resolve));
  const { body } = await api.invoke('w.items.create', { name: 'bolt' });
  const waiting = api.get(`/api/executions/${body.error.executionId}?wait=60`).catch(() => undefined);
  const held = openApi(house.url, token)
    .invoke('w.faults.held')
    .catch(() => undefined);
  await house.held;
  await house.owner.delete(`/api/tokens/${id}`);
  assert.equal(await closed, 4401);
  assert.equal(await held, undefined, 'a request that is held open breaks off');
  await waiting;
  await assert.rejects(call(client, 'call', { path: 'w.items.list' }));
  const answered = await house.owner.resume(body.error.executionId);
  assert.deepEqual([answered.body.state, answered.body.error.code], ['denied', 'forbidden']);
  assert.equal(house.upstream.count('POST /items'), 0);
});

test('an MCP session that is open, listening to nothing in particular, ends when its token is revoked', async t => {
  const house = await openWarehouse(t);
  const { id, token } = await tokenFor(house, { name: 'claude', role: 'agent' });
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bare', version: '1' } };
  const begun = await fetch(`${house.url}/mcp`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  await begun.text();
  const session = { ...headers, 'mcp-session-id': begun.headers.get('mcp-session-id')!, 'mcp-protocol-version': '2025-11-25' };
  const stream = await fetch(`${house.url}/mcp`, { headers: session });
  assert.equal(stream.status, 200);
  const ended = stream.text().then(
    () => 'ended',
    () => 'broken off',
  );
  await house.owner.delete(`/api/tokens/${id}`);
  assert.match(await ended, /ended|broken off/);
  assert.equal((await fetch(`${house.url}/mcp`, { headers: session })).status, 401);
});

test('a token ends by itself when its time is up', async t => {
  const house = await openWarehouse(t);
  const { api } = await tokenFor(house, { name: 'brief', role: 'agent', expiresAt: new Date(Date.now() + 1500).toISOString() });
  const { body } = await api.invoke('w.items.create', { name: 'bolt' });
  const expired = async () => (await api.get('/api/tools')).status === 401;
  while (!(await expired())) await new Promise(resolve => setTimeout(resolve, 50));
  if (body.error.code === 'unauthorized') return; // a machine so slow that it was over before it began
  assert.equal((await house.owner.resume(body.error.executionId)).body.error.code, 'forbidden');
  assert.equal(house.upstream.count('POST /items'), 0);
});

test('a slice of the catalog is all there is, on every route', async t => {
  const house = await openWarehouse(t);
  const { api, token } = await tokenFor(house, { name: 'narrow', role: 'agent', tools: ['w.items.list', 'w.items.get'] });
  const paths = async (query: string) => (await api.get(`/api/tools?${query}`)).body.items.map(({ path }: { path: string }) => path);
  assert.deepEqual(await paths('source=w'), ['w.items.get', 'w.items.list']);
  assert.equal((await paths('q=delete an item')).includes('w.items.delete'), false);
  assert.equal((await api.get('/api/tools/w.items.list')).status, 200);
  for (const { body } of [await api.get('/api/tools/w.items.delete'), await api.invoke('w.items.delete', { id: '1' })]) {
    assert.deepEqual([body.error.code, JSON.stringify(body).includes('suggestions')], ['tool_not_found', false]);
  }
  assert.equal((await api.invoke('w.items.list')).status, 200);
  assert.equal((await api.get('/api/tools/export/openapi')).text.includes('w.items.delete'), false);
  const client = await v1(t, house.url, token);
  assert.equal((await call(client, 'call', { path: 'w.items.delete', input: { id: '1' } })).data.error.code, 'tool_not_found');
  const started = await api.post('/api/executions', { code: `return await tools.w.items.delete({ id: '1' })` });
  const { body } = await api.get(`/api/executions/${started.body.id}?wait=60`);
  assert.equal(body.state, 'failed');
  assert.match(JSON.stringify(body.error), /tool_not_found/);
  const other = await tokenFor(house, { name: 'elsewhere', role: 'agent', tools: ['github.**'] });
  assert.deepEqual((await other.api.get('/api/sources')).body.items, []);
  assert.equal((await other.api.get('/api/sources/w')).status, 404);
  const reader = await tokenFor(house, { name: 'reader', role: 'viewer', tools: ['w.items.list'] });
  await pause(house);
  const seen = (await reader.api.get('/api/executions')).body.items.map(({ tool }: { tool?: string }) => tool);
  assert.deepEqual([...new Set(seen)], ['w.items.list']);
});

test('an agent sees and cancels its own executions only', async t => {
  const house = await openWarehouse(t);
  const one = await tokenFor(house, { name: 'one', role: 'agent' });
  const two = await tokenFor(house, { name: 'two', role: 'agent' });
  const { body } = await one.api.invoke('w.items.create', { name: 'bolt' });
  const id = body.error.executionId;
  for (const path of ['', '/log', '/result']) assert.equal((await two.api.get(`/api/executions/${id}${path}`)).status, 404, path);
  assert.equal((await two.api.post(`/api/executions/${id}/cancel`, {})).status, 404);
  assert.deepEqual((await two.api.get('/api/executions')).body.items, []);
  assert.equal((await one.api.get('/api/executions')).body.items.length, 1);
  assert.equal((await one.api.post(`/api/executions/${id}/cancel`, {})).body.state, 'cancelled');
});

test('what each role may not do is refused on every route', async t => {
  const house = await openWarehouse(t);
  const routes: [method: string, path: string, body: unknown, right: 'administer' | 'read' | 'call'][] = [
    ['POST', '/api/detect', { url: 'http://127.0.0.1:9' }, 'administer'],
    ['POST', '/api/sources', { url: 'http://127.0.0.1:9' }, 'administer'],
    ['PATCH', '/api/sources/w', { name: 'x' }, 'administer'],
    ['DELETE', '/api/sources/none', undefined, 'administer'],
    ['POST', '/api/sources/w/refresh', {}, 'administer'],
    ['PUT', '/api/policies', { pattern: 'a.b', decision: 'ask' }, 'administer'],
    ['DELETE', '/api/policies/none', undefined, 'administer'],
    ['GET', '/api/tokens', undefined, 'administer'],
    ['POST', '/api/tokens', { name: 'x', role: 'agent' }, 'administer'],
    ['DELETE', '/api/tokens/none', undefined, 'administer'],
    ['POST', '/api/session/link', {}, 'administer'],
    ['GET', '/api/backup', undefined, 'administer'],
    ['GET', '/api/doctor', undefined, 'administer'],
    ['PATCH', '/api/settings', {}, 'administer'],
    ['POST', '/api/connections', { source: 'w' }, 'administer'],
    ['DELETE', '/api/connections/w/default', undefined, 'administer'],
    ['POST', '/api/shutdown', {}, 'administer'],
    ['GET', '/api/policies', undefined, 'read'],
    ['GET', '/api/policies/explain?path=w.items.list', undefined, 'read'],
    ['POST', '/api/policies/simulate', { pattern: 'w.**', decision: 'ask', days: 1 }, 'read'],
    ['POST', '/api/policies/preview', { pattern: 'w.**', decision: 'ask' }, 'read'],
    ['GET', '/api/audit', undefined, 'read'],
    ['GET', '/api/audit/verify', undefined, 'read'],
    ['GET', '/api/actors', undefined, 'read'],
    ['GET', '/api/settings', undefined, 'read'],
    ['POST', '/api/executions', { code: 'return 1' }, 'call'],
    ['POST', '/api/tools/invoke/w.items.list', {}, 'call'],
  ];
  const may = { approver: ['read'], agent: ['call'], viewer: ['read'] } as Record<string, string[]>;
  for (const role of ['approver', 'agent', 'viewer']) {
    const { api } = await tokenFor(house, { name: role, role });
    for (const [method, path, body, right] of routes) {
      const { status } = await api.ask(method, path, body === undefined ? {} : { body });
      if (may[role]!.includes(right)) assert.notEqual(status, 403, `${role} ${method} ${path}`);
      else assert.equal(status, 403, `${role} ${method} ${path}`);
    }
  }
  assert.deepEqual((await house.owner.get('/api/policies')).body.items, []);
});

test('a token that cannot mean what it says is refused, and nothing is made', async t => {
  const { owner } = await openWarehouse(t);
  for (const input of [
    { name: '', role: 'agent' },
    { name: 'owner', role: 'agent' },
    { name: 'x', role: 'king' },
    { name: 'x', role: 'viewer', selfApprove: true },
    { name: 'x', role: 'agent', tools: ['a..b'] },
    { name: 'x', role: 'agent', tools: [] },
    { name: 'x', role: 'agent', expiresAt: '2001-01-01T00:00:00Z' },
    { name: 'x', role: 'agent', expiresAt: 'tomorrow' },
    { name: 'x', role: 'agent', surprise: 1 },
  ]) {
    const { status, body } = await owner.post('/api/tokens', input);
    assert.deepEqual([status, body.error.code], [400, 'invalid_arguments'], JSON.stringify(input));
  }
  assert.deepEqual((await owner.get('/api/tokens')).body.items, []);
});
