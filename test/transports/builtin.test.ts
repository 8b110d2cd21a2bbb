import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, openApi } from '../api.ts';
import { description, openWarehouse, type Warehouse } from './warehouse.ts';

const spec = (origin = 'https://two.example.com') => description(origin);
const waiting = ({ status, body }: Awaited<ReturnType<Api['invoke']>>): string => {
  assert.equal(status, 202, JSON.stringify(body));
  return body.error.executionId;
};
const agentOf = async ({ owner, url }: Warehouse, more: object = {}) => {
  const { body } = await owner.post('/api/tokens', { name: 'claude', role: 'agent', ...more });
  return openApi(url, body.token);
};

test('the administration is offered as tools, found and described as all others are', async t => {
  const { owner } = await openWarehouse(t);
  const { body: unknown } = await owner.get('/api/tools/executor.openapi.add');
  assert.deepEqual([unknown.error.code, unknown.error.details.suggestions[0]], ['tool_not_found', 'executor.openapi.addSource']);
  const { body } = await owner.get('/api/tools?source=executor');
  assert.deepEqual(body.items.map(({ path }: { path: string }) => path.replace('executor.', '')).sort(), [
    'connections.handoff',
    'connections.list',
    'connections.startOAuth',
    'graphql.addSource',
    'mcp.addSource',
    'openapi.addSource',
    'policies.list',
    'policies.remove',
    'policies.set',
    'sources.detect',
    'sources.list',
    'sources.refresh',
    'sources.remove',
  ]);
  const described = (await owner.get('/api/tools/executor.openapi.addSource')).body;
  assert.deepEqual([described.policy.decision, described.inputSchema.required], ['ask', ['spec']]);
});

test('what writes or fetches asks, also the owner; what lists does not', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const url = `${upstream.origin}/openapi.json`;
  for (const [tool, input] of [
    ['sources.detect', { url }],
    ['sources.remove', { namespace: 'w' }],
    ['sources.refresh', { namespace: 'w' }],
    ['openapi.addSource', { spec: spec() }],
    ['graphql.addSource', { endpoint: url }],
    ['mcp.addSource', { url }],
    ['policies.set', { pattern: 'w.**', decision: 'allow' }],
    ['policies.remove', { id: 'pol_x' }],
    ['connections.startOAuth', { source: 'w' }],
    ['connections.handoff', { source: 'w' }],
  ] as const) {
    waiting(await owner.invoke(`executor.${tool}`, input));
  }
  for (const tool of ['sources.list', 'policies.list', 'connections.list']) {
    assert.equal((await owner.invoke(`executor.${tool}`)).status, 200, tool);
  }
  assert.equal(upstream.arrived.length, 0, 'nothing was fetched before it was approved');
});

test('a source that an agent asks for is there once a person has approved it, and its tools can be called', async t => {
  const house = await openWarehouse(t);
  const agent = await agentOf(house);
  const input = { spec: `${house.upstream.origin}/openapi.json`, namespace: 'two', name: 'Second', allowPrivate: true };
  const id = waiting(await agent.invoke('executor.openapi.addSource', input));
  assert.equal((await house.owner.get('/api/sources/two')).status, 404);
  const { body } = await house.owner.resume(id);
  assert.deepEqual([body.state, body.result.state, body.result.name], ['done', 'ready', 'Second'], JSON.stringify(body));
  assert.equal((await agent.invoke('two.items.list')).status, 200);
  const [act] = (await house.owner.get('/api/audit?act=source.add')).body.items;
  assert.deepEqual([act.name, act.target], ['claude', 'two'], 'on record as what the agent did');
  const gone = waiting(await agent.invoke('executor.sources.remove', { namespace: 'two' }));
  assert.equal((await house.owner.resume(gone)).body.state, 'done');
  assert.equal((await house.owner.get('/api/sources/two')).status, 404);
});

test('what could not be done is the answer of the call, with the reason', async t => {
  const { owner } = await openWarehouse(t);
  for (const [tool, input, code] of [
    ['openapi.addSource', { spec: { openapi: 'nonsense' }, namespace: 'x' }, 'source_not_recognised'],
    ['openapi.addSource', { spec: spec(), namespace: 'w' }, 'source_exists'],
    ['openapi.addSource', { spec: 'http://127.0.0.1:9/openapi.json', namespace: 'x' }, 'egress_refused'],
    ['sources.remove', { namespace: 'nowhere' }, 'source_not_found'],
    ['policies.set', { pattern: 'a..b', decision: 'ask' }, 'invalid_arguments'],
    ['connections.handoff', { source: 'nowhere' }, 'source_not_found'],
  ] as const) {
    const { body } = await owner.resume(waiting(await owner.invoke(`executor.${tool}`, input)));
    assert.deepEqual([body.state, body.error?.code], ['failed', code], `${tool} ${JSON.stringify(body.error)}`);
  }
});

test('rules reach the administration only when they name it, and never what starts a command or opens the private network', async t => {
  const { owner } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: '**', decision: 'allow' });
  await owner.put('/api/policies', { pattern: '*.*.addSource', decision: 'allow' });
  waiting(await owner.invoke('executor.openapi.addSource', { spec: spec(), namespace: 'two' }));
  await owner.put('/api/policies', { pattern: 'executor.**', decision: 'allow' });
  assert.equal((await owner.invoke('executor.openapi.addSource', { spec: spec(), namespace: 'two' })).body.data.state, 'ready');
  for (const [tool, input] of [
    ['openapi.addSource', { spec: spec(), namespace: 'three', allowPrivate: true }],
    ['sources.detect', { url: 'http://127.0.0.1:9', allowPrivate: true }],
    ['mcp.addSource', { command: process.execPath, args: ['server.js'], namespace: 'three' }],
  ] as const) {
    const id = waiting(await owner.invoke(`executor.${tool}`, input));
    const shown = (await owner.get(`/api/executions/${id}`)).body.interactions[0].request;
    assert.equal(shown.suggested, undefined, `${tool}: no rule is suggested`);
    for (const [name, value] of Object.entries(input)) assert.deepEqual(shown.input[name], value, `${tool} shows ${name}`);
    for (const remember of ['1h', 'session', 'always']) {
      const { status, body } = await owner.resume(id, { action: 'accept', remember });
      assert.deepEqual([status, body.error.code], [400, 'invalid_arguments'], `${tool} ${remember}`);
    }
    assert.equal((await owner.get(`/api/executions/${id}`)).body.state, 'awaitingApproval');
  }
});

test('only the owner approves what starts a command; editing an approval into one does not get round that', async t => {
  const house = await openWarehouse(t);
  const { owner } = house;
  const { body } = await owner.post('/api/tokens', { name: 'ann', role: 'approver' });
  const approver = openApi(house.url, body.token);
  const agent = await agentOf(house, { selfApprove: true });
  const id = waiting(await agent.invoke('executor.mcp.addSource', { command: 'server', namespace: 'x' }));
  for (const by of [agent, approver]) assert.equal((await by.resume(id)).status, 403);
  const other = waiting(await agent.invoke('executor.mcp.addSource', { url: 'https://mcp.example.com/mcp', namespace: 'x' }));
  const edited = { action: 'accept', content: { input: { command: 'server', namespace: 'x' } } };
  assert.equal((await approver.resume(other, edited)).status, 403);
  assert.deepEqual(
    [(await owner.get(`/api/executions/${id}`)).body.state, (await owner.get('/api/sources/x')).status],
    ['awaitingApproval', 404],
  );
});

test('an agent may name neither the environment nor a vault, and no execution comes of it', async t => {
  const house = await openWarehouse(t);
  const agent = await agentOf(house);
  for (const input of [
    { command: 'server', env: { TOKEN: 'x' } },
    { command: 'server', args: ['--token', 'op://vault/item/field'] },
    { command: 'server', args: ['env:GITHUB_TOKEN'] },
    { url: 'https://mcp.example.com/$' + '{env:GITHUB_TOKEN}' },
  ]) {
    const { status, body } = await agent.invoke('executor.mcp.addSource', input);
    assert.deepEqual([status, body.error.code], [403, 'forbidden'], JSON.stringify(input));
  }
  assert.deepEqual((await house.owner.get('/api/executions')).body.items, []);
});

test('no secret passes through: an agent is given the link where the person types it, and sees accounts without their secrets', async t => {
  const house = await openWarehouse(t);
  const { owner } = house;
  const agent = await agentOf(house);
  const id = waiting(await agent.invoke('executor.connections.handoff', { source: 'w', name: 'work' }));
  const { body } = await owner.resume(id);
  assert.deepEqual(body.result, { url: `${house.url}/connections?connect=w&name=work` });
  const connected = await owner.post('/api/connections', {
    source: 'w',
    name: 'work',
    method: 'custom',
    values: { header: 'X-Key', value: 'sentinel-secret' },
  });
  const listed = await agent.invoke('executor.connections.list', { source: 'w' });
  if (connected.status === 201) assert.equal(listed.body.data.items[0].name, 'work');
  assert.equal(listed.text.includes('sentinel-secret'), false);
});
