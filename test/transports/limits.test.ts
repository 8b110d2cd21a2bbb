import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../../transports/serve.ts';
import { type Api, openApi, type Reply } from '../api.ts';
import { call, v1 } from '../mcp/clients.ts';
import { openWarehouse, pause, type Warehouse } from './warehouse.ts';

const limit = async ({ owner }: { owner: Api }, ...limits: object[]) => {
  const { status, text } = await owner.patch('/api/settings', { limits });
  assert.equal(status, 200, text);
};
const agentOf = async ({ owner, url }: Warehouse, name: string) => {
  const { body } = await owner.post('/api/tokens', { name, role: 'agent' });
  return { api: openApi(url, body.token), token: body.token as string };
};
const LIST = 'w.items.list';

/** Refused as too much, with the time after which it is worth coming again. */
function assertLimited({ status, headers, body }: Reply, what: RegExp): void {
  assert.deepEqual([status, body.error.code], [429, 'rate_limited'], JSON.stringify(body));
  assert.match(body.error.message, what);
  const seconds = Number(headers.get('retry-after'));
  assert.ok(seconds >= 1 && seconds === body.error.details.retryAfter, String(seconds));
}

test('calls a minute: what is beyond is refused, says when to come again, reaches nothing and leaves no execution', async t => {
  const house = await openWarehouse(t);
  await limit(house, { perMinute: 2 });
  for (let n = 0; n < 2; n++) assert.equal((await house.owner.invoke(LIST)).status, 200);
  assertLimited(await house.owner.invoke(LIST), /2 calls a minute/);
  assert.deepEqual([house.upstream.arrived.length, (await house.owner.get('/api/executions')).body.items.length], [2, 2]);
  await limit(house);
  assert.equal((await house.owner.invoke(LIST)).status, 200, 'without the limit it runs');
});

test('a limit counts each principal, each source or one tool by itself', async t => {
  const house = await openWarehouse(t);
  const [one, two] = [await agentOf(house, 'one'), await agentOf(house, 'two')];
  await limit(house, { principal: '*', perMinute: 1 }, { tool: 'w.items.get', perDay: 1 });
  for (const { api } of [one, two]) {
    assert.equal((await api.invoke(LIST)).status, 200);
    assertLimited(await api.invoke(LIST), /principal \*/);
  }
  await limit(house, { tool: 'w.items.get', perDay: 1 });
  assert.equal((await one.api.invoke('w.items.get', { id: '1' })).status, 200);
  assertLimited(await two.api.invoke('w.items.get', { id: '1' }), /1 calls a day \(tool w\.items\.get\)/);
  assert.equal((await two.api.invoke(LIST)).status, 200);
  await limit(house, { principal: 'one', source: 'w', perMinute: 1 });
  assert.equal((await one.api.invoke(LIST)).status, 200);
  assertLimited(await one.api.invoke(LIST), /principal one, source w/);
  assert.equal((await two.api.invoke(LIST)).status, 200);
});

test('calls at once: the next runs when one has ended; one that waits for a person takes no place', async t => {
  const house = await openWarehouse(t);
  await limit(house, { source: '*', concurrent: 1 });
  const held = house.owner.invoke('w.faults.held');
  await house.held;
  assertLimited(await house.owner.invoke(LIST), /1 calls at once/);
  house.release();
  assert.equal((await held).status, 200);
  assert.equal((await house.owner.invoke(LIST)).status, 200);
  await pause(house);
  assert.equal((await house.owner.invoke(LIST)).status, 200);
});

test('the count of the day outlives a restart', async t => {
  const house = await openWarehouse(t);
  await limit(house, { perDay: 2 });
  for (let n = 0; n < 2; n++) assert.equal((await house.owner.invoke(LIST)).status, 200);
  await house.serving.close();
  const again = await serve({ dataDir: house.dataDir, host: '127.0.0.1', port: 0, ui: false });
  t.after(() => again.close());
  assertLimited(await openApi(again.url, again.token).invoke(LIST), /2 calls a day/);
});

test('a program and an MCP client hear of it in their own words', async t => {
  const house = await openWarehouse(t);
  const { api, token } = await agentOf(house, 'claude');
  await limit(house, { principal: 'claude', perMinute: 1 });
  const { body } = await api.post('/api/executions', {
    code: `await tools.${LIST}({}); try { await tools.${LIST}({}) } catch (e) { return [e.name, e.code, e.details.retryAfter > 0] }`,
  });
  const view = (await api.get(`/api/executions/${body.id}?wait=60`)).body;
  assert.deepEqual(view.result, ['ToolError', 'rate_limited', true], JSON.stringify(view));
  const { data } = await call(await v1(t, house.url, token), 'call', { path: LIST });
  assert.deepEqual([data.status, data.error.code], ['failed', 'rate_limited']);
});

test('a limit that limits nothing, or that names no tool there can be, is refused', async t => {
  const { owner } = await openWarehouse(t);
  for (const wrong of [{ perMinute: 0 }, { perHour: 3 }, { tool: 'a..b', perDay: 1 }, { principal: 'x' }]) {
    assert.equal((await owner.patch('/api/settings', { limits: [wrong] })).status, 400, JSON.stringify(wrong));
  }
  assert.equal((await owner.get('/api/settings')).body.limits, undefined);
});
