import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../api.ts';
import { openWarehouse, pause, type Warehouse } from './warehouse.ts';

const answer = ({ owner }: Pick<Warehouse, 'owner'>, id: string, body: object) => owner.post(`/api/executions/${id}/resume`, body);
const tokenFor = async ({ owner, url }: Warehouse, input: object) => {
  const { status, body } = await owner.post('/api/tokens', input);
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body.id as string, api: openApi(url, body.token) };
};

test('what is remembered holds for this tool, principal and connection, is listed, and can be revoked', async t => {
  const house = await openWarehouse(t);
  const { owner, upstream } = house;
  const id = await pause(house);
  assert.equal((await answer(house, id, { action: 'accept', remember: '2h' })).body.state, 'done');
  const [rule] = (await owner.get('/api/policies')).body.items;
  assert.deepEqual(
    [rule.pattern, rule.decision, rule.remembered.scope, rule.when.principal],
    ['w.items.create', 'allow', 'hours', 'owner'],
  );
  assert.ok(Date.parse(rule.expiresAt) - Date.now() < 2 * 3_600_000 + 1000);
  assert.equal((await owner.invoke('w.items.create', { name: 'nut' })).status, 200);
  assert.equal((await owner.invoke('w.items.delete', { id: '1' })).status, 202, 'another tool asks');
  const { api: agent } = await tokenFor(house, { name: 'claude', role: 'agent' });
  assert.equal((await agent.invoke('w.items.create', { name: 'nut' })).status, 202, 'another principal asks');
  assert.equal((await owner.delete(`/api/policies/${rule.id}`)).status, 200);
  assert.equal((await owner.invoke('w.items.create', { name: 'nut' })).status, 202);
  assert.equal(upstream.count('POST /items'), 2);
});

test('a scope there is not, and one that does not fit, are refused and nothing is answered', async t => {
  const house = await openWarehouse(t);
  const id = await pause(house);
  for (const remember of ['forever', '0h', '99999h', 'program', '']) {
    const { status, body } = await answer(house, id, { action: 'accept', remember });
    assert.deepEqual([status, body.error.code], [400, 'invalid_arguments'], remember);
  }
  assert.equal((await answer(house, id, { action: 'decline', remember: 'always' })).status, 400);
  assert.equal((await house.owner.get(`/api/executions/${id}`)).body.state, 'awaitingApproval');
  assert.deepEqual((await house.owner.get('/api/policies')).body.items, []);
});

test('an agent that approves itself does so once each time, and widens nothing', async t => {
  const house = await openWarehouse(t);
  const { api } = await tokenFor(house, { name: 'bold', role: 'agent', selfApprove: true });
  const { body } = await api.invoke('w.items.create', { name: 'bolt' });
  const resume = (id: string, remember?: string) =>
    api.post(`/api/executions/${id}/resume`, { action: 'accept', ...(remember && { remember }) });
  assert.equal((await resume(body.error.executionId, 'always')).body.error.code, 'forbidden');
  assert.equal((await resume(body.error.executionId)).body.state, 'done');
  const rule = await api.invoke('executor.policies.set', { pattern: '**', decision: 'allow' });
  assert.equal(rule.status, 202);
  assert.equal((await resume(rule.body.error.executionId)).body.error.code, 'forbidden');
  const shy = await tokenFor(house, { name: 'shy', role: 'agent' });
  const asked = await shy.api.invoke('w.items.create', { name: 'bolt' });
  assert.equal(
    (await shy.api.post(`/api/executions/${asked.body.error.executionId}/resume`, { action: 'accept' })).body.error.code,
    'forbidden',
  );
});

test('edited arguments are what is sent, and both are on record', async t => {
  const house = await openWarehouse(t);
  const id = await pause(house, { name: 'bolt' });
  const { body } = await answer(house, id, { action: 'accept', content: { input: { name: 'nut' } } });
  assert.deepEqual([body.state, body.input, body.askedInput], ['done', { name: 'nut' }, { name: 'bolt' }]);
  assert.equal(house.upstream.arrived.filter(({ method }) => method === 'POST').at(-1)?.text, '{"name":"nut"}');
  const wrong = await pause(house);
  assert.equal((await answer(house, wrong, { action: 'accept', content: { input: { nam: 'nut' } } })).status, 400);
});

test('a declined call says that it is not to be tried again, with the note', async t => {
  const house = await openWarehouse(t);
  const id = await pause(house);
  const { body } = await answer(house, id, { action: 'decline', note: 'we have enough bolts' });
  assert.equal(body.error.code, 'approval_denied');
  assert.match(body.error.message, /Do not try it again.*we have enough bolts/);
  assert.deepEqual(body.error.details, { note: 'we have enough bolts' });
});

test('fifty answers at once have one effect and fifty equal replies', async t => {
  const house = await openWarehouse(t);
  const id = await pause(house);
  const replies = await Promise.all(Array.from({ length: 50 }, () => answer(house, id, { action: 'accept', remember: '1h' })));
  for (const { status, body } of replies) assert.deepEqual([status, body.state], [200, 'done']);
  assert.equal(new Set(replies.map(({ body }) => JSON.stringify(body))).size, 1);
  assert.equal(house.upstream.count('POST /items'), 1);
  assert.equal((await house.owner.get('/api/policies')).body.items.length, 1);
});

test('a rule that blocks while an approval waits wins', async t => {
  const house = await openWarehouse(t);
  const id = await pause(house);
  await house.owner.put('/api/policies', {
    pattern: 'w.items.create',
    decision: 'block',
    when: { arguments: [{ path: '/name', equals: 'bolt' }] },
  });
  assert.equal((await answer(house, id, { action: 'accept' })).body.error.code, 'tool_blocked');
  assert.equal(house.upstream.count('POST /items'), 0);
});

test('the approver sees the rule that asks and the narrowest one that would not', async t => {
  const house = await openWarehouse(t);
  const { body } = await house.owner.invoke('w.items.delete', { id: '7' });
  const [{ request }] = body.error.interactions;
  assert.equal(request.rule.rule, 'default:destructive');
  assert.deepEqual(request.suggested, {
    pattern: 'w.items.delete',
    decision: 'allow',
    when: { connection: 'default', principal: 'owner', arguments: [{ path: '/id', equals: '7' }] },
  });
  const { body: history } = await house.owner.post('/api/policies/simulate', { ...request.suggested, days: 7 });
  assert.deepEqual([history.examined, history.differs, history.items[0].was.decision], [1, 1, 'ask']);
});
