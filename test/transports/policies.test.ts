import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWarehouse } from './warehouse.ts';

test('reads run and everything else asks, until a rule says otherwise', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const decide = async (path: string) => (await owner.get(`/api/policies/explain?path=${path}`)).body;
  assert.deepEqual((await owner.get('/api/policies')).body, { items: [] });
  assert.deepEqual([(await decide('w.items.list')).decision, (await decide('w.items.create')).decision], ['allow', 'ask']);
  assert.equal((await decide('w.items.delete')).rule, 'default:destructive');
  assert.equal((await owner.invoke('w.items.list')).status, 200);
  assert.equal((await owner.invoke('w.items.delete', { id: '1' })).status, 202);
  assert.equal(upstream.count('DELETE /items/1'), 0);
});

test('allow, ask and block take effect at once', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const create = () => owner.invoke('w.items.create', { name: 'bolt' });
  const rule = await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
  assert.equal(rule.status, 200);
  assert.match(rule.body.id, /^pol_/);
  assert.equal((await create()).status, 200);
  const same = await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'block' });
  assert.equal(same.body.id, rule.body.id, 'the same pattern again replaces the rule');
  const blocked = await create();
  assert.deepEqual([blocked.status, blocked.body.error.code, blocked.body.error.details.rule], [403, 'tool_blocked', rule.body.id]);
  await owner.put('/api/policies', { pattern: 'w.items.list', decision: 'ask' });
  assert.equal((await owner.invoke('w.items.list')).status, 202);
  assert.equal((await owner.delete(`/api/policies/${rule.body.id}`)).status, 200);
  assert.equal((await create()).status, 202);
  assert.equal(upstream.count('POST /items'), 1);
});

test('more literal segments win, and at the same pattern length block beats ask beats allow', async t => {
  const { owner } = await openWarehouse(t);
  for (const [pattern, decision] of [
    ['w.**', 'block'],
    ['w.items.*', 'ask'],
    ['w.*.list', 'allow'],
    ['w.items.get', 'allow'],
  ])
    assert.equal((await owner.put('/api/policies', { pattern, decision })).status, 200);
  const decide = async (path: string) => {
    const { decision, pattern } = (await owner.get(`/api/policies/explain?path=${path}`)).body;
    return [decision, pattern];
  };
  assert.deepEqual(await decide('w.items.get'), ['allow', 'w.items.get']);
  assert.deepEqual(await decide('w.items.list'), ['ask', 'w.items.*']);
  assert.deepEqual(await decide('w.items.create'), ['ask', 'w.items.*']);
  assert.deepEqual(await decide('w.faults.broken'), ['block', 'w.**']);
});

test('a rule that could not mean what it says is refused with the reason', async t => {
  const { owner } = await openWarehouse(t);
  for (const rule of [
    { pattern: 'w..x', decision: 'allow' },
    { pattern: 'w.**.x', decision: 'allow' },
    { pattern: 'w.it*', decision: 'allow' },
    { pattern: '', decision: 'allow' },
    { pattern: 'w.x', decision: 'deny' },
    { pattern: 'w.x' },
    { pattern: 'w.x', decision: 'allow', surprise: 1 },
  ]) {
    const { status, body } = await owner.put('/api/policies', rule);
    assert.deepEqual([status, body.error.code], [400, 'invalid_arguments'], JSON.stringify(rule));
  }
  assert.deepEqual((await owner.get('/api/policies')).body.items, []);
  assert.equal((await owner.delete('/api/policies/pol_nobody')).body.error.code, 'invalid_arguments');
  assert.equal((await owner.get('/api/policies/explain')).status, 400);
  assert.equal((await owner.get('/api/policies/explain?path=w.items.nothing')).body.error.code, 'tool_not_found');
});
