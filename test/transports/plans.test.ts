import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '../api.ts';
import { openWarehouse } from './warehouse.ts';

const CODE = `
  const [first] = await tools.w.items.list({});
  const made = await tools.w.items.create({ name: first.name + '-copy' });
  await tools.w.items.delete({ id: '7' });
  return typeof made;
`;
const settled = async (api: Api, id: string) => (await api.get(`/api/executions/${id}?wait=60`)).body;
const simulate = async (api: Api, code: string) => {
  const { status, body } = await api.post('/api/executions', { code, simulate: true });
  assert.equal(status, 202, JSON.stringify(body));
  return settled(api, body.id);
};

test('a program that is tried out reads, sends no write, and comes to a plan of ordered writes', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const view = await simulate(owner, CODE);
  assert.equal(view.state, 'done', JSON.stringify(view.error));
  assert.deepEqual(
    view.plan.map(({ tool, input, effect, decision }: Record<string, unknown>) => ({ tool, input, effect, decision })),
    [
      { tool: 'w.items.create', input: { name: 'bolt-copy' }, effect: 'write', decision: 'ask' },
      { tool: 'w.items.delete', input: { id: '7' }, effect: 'destructive', decision: 'ask' },
    ],
  );
  assert.deepEqual(
    upstream.arrived.map(({ method }) => method),
    ['GET'],
  );
});

test('an approved plan runs exactly its writes without asking again, and once however often it is approved', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { id } = await simulate(owner, CODE);
  const approved = await owner.post(`/api/executions/${id}/approve-plan`, {});
  assert.equal(approved.status, 202, approved.text);
  const run = await settled(owner, approved.body.id);
  assert.equal(run.state, 'done', JSON.stringify(run));
  const again = await owner.post(`/api/executions/${id}/approve-plan`, {});
  assert.equal(again.body.id, run.id);
  assert.deepEqual([upstream.count('POST /items'), upstream.count('DELETE /items/7')], [1, 1]);
});

test('a run that leaves its plan pauses there, also where a rule would let it run', async t => {
  const { owner, upstream } = await openWarehouse(t);
  // What the write answers decides what comes next: the sample says something else than the shop.
  const code = `
    const made = await tools.w.items.create({ name: 'bolt' });
    if (made && made.id === 1) await tools.w.items.delete({ id: 'unplanned' });
    return 'end';
  `;
  const { id, plan } = await simulate(owner, code);
  assert.deepEqual(
    plan.map(({ tool }: { tool: string }) => tool),
    ['w.items.create'],
  );
  await owner.put('/api/policies', { pattern: 'w.**', decision: 'allow' });
  const { body } = await owner.post(`/api/executions/${id}/approve-plan`, {});
  const run = await settled(owner, body.id);
  assert.equal(run.state, 'paused', JSON.stringify(run));
  assert.equal(run.interactions[0].request.tool, 'w.items.delete');
  assert.deepEqual([upstream.count('POST /items'), upstream.count('DELETE /items/unplanned')], [1, 0]);
});

test('a block that came since wins over the plan; an agent approves no plan; a run is no plan', async t => {
  const house = await openWarehouse(t);
  const { owner, upstream } = house;
  const { id } = await simulate(owner, `await tools.w.items.create({ name: 'bolt' })`);
  await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'block' });
  const { body } = await owner.post(`/api/executions/${id}/approve-plan`, {});
  const run = await settled(owner, body.id);
  assert.equal(run.state, 'failed');
  assert.match(JSON.stringify(run.error), /tool_blocked/);
  assert.equal(upstream.count('POST /items'), 0);
  const real = await owner.post('/api/executions', { code: 'return 1' });
  await settled(owner, real.body.id);
  assert.equal((await owner.post(`/api/executions/${real.body.id}/approve-plan`, {})).body.error.code, 'invalid_arguments');
});
