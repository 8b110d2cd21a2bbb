import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, v1 } from '../mcp/clients.ts';
import { openWarehouse, pause } from './warehouse.ts';

test('an approval lets exactly this call go, and the answer is its outcome', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner }, { name: 'bolt', amount: 3 });
  const { status, body } = await owner.resume(id);
  assert.deepEqual([status, body.state, body.result], [200, 'done', { id: 1, name: 'bolt', amount: 3 }]);
  assert.deepEqual([body.interactions[0].action, body.interactions[0].by], ['accept', 'owner']);
  assert.deepEqual(JSON.parse(upstream.arrived[0]!.text), { name: 'bolt', amount: 3 });
});

test('an approval may change the arguments, and what is sent is what was approved', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner }, { name: 'bolt', amount: 1000 });
  const wrong = await owner.resume(id, { action: 'accept', content: { input: { name: 'bolt', amount: 'ten' } } });
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'invalid_arguments']);
  assert.equal(upstream.arrived.length, 0);
  const edited = await owner.resume(id, { action: 'accept', content: { input: { name: 'bolt', amount: 10 } } });
  assert.equal(edited.body.state, 'done');
  assert.deepEqual(JSON.parse(upstream.arrived[0]!.text), { name: 'bolt', amount: 10 });
});

test('a declined call is denied, with the note, and nothing leaves', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  const { status, body } = await owner.resume(id, { action: 'decline', note: 'wrong shelf' });
  assert.deepEqual([status, body.state, body.error.code], [200, 'denied', 'approval_denied']);
  assert.match(body.error.message, /wrong shelf/);
  assert.equal(upstream.arrived.length, 0);
});

test('the same answer again gives the first outcome, and a different one is told what was answered', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  const first = await owner.resume(id);
  const again = await owner.resume(id);
  assert.deepEqual([again.status, again.body], [200, first.body]);
  for (const different of [{ action: 'decline' }, { action: 'accept', content: { input: { name: 'nut' } } }, { action: 'give_up' }]) {
    const { status, body } = await owner.resume(id, different);
    assert.deepEqual([status, body.error.code], [409, 'already_settled'], different.action);
    assert.deepEqual([body.error.details.action, body.error.details.by], ['accept', 'owner']);
    assert.ok(!Number.isNaN(Date.parse(body.error.details.at)));
  }
  assert.equal(upstream.count('POST /items'), 1);
});

test('fifty answers at once are one effect and fifty equal answers', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  const answers = await Promise.all(Array.from({ length: 50 }, () => owner.resume(id)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.equal(answers[0]?.body.state, 'done');
  assert.equal(upstream.count('POST /items'), 1);
});

test('of two different answers at once one counts, and the other hears of it', async t => {
  const { owner, upstream } = await openWarehouse(t);
  for (let round = 0; round < 5; round++) {
    const id = await pause({ owner });
    const before = upstream.count('POST /items');
    const answers = await Promise.all([owner.resume(id), owner.resume(id, { action: 'decline' })]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const { body } = await owner.get(`/api/executions/${id}`);
    assert.equal(upstream.count('POST /items') - before, body.state === 'done' ? 1 : 0);
  }
});

test('an answer that does not fit is refused, and the call still waits', async t => {
  const { owner } = await openWarehouse(t);
  const id = await pause({ owner });
  const wrong: [unknown, number, string][] = [
    [{}, 400, 'invalid_arguments'],
    [{ action: 'approve' }, 400, 'invalid_arguments'],
    [{ action: 'accept', surprise: true }, 400, 'invalid_arguments'],
    [{ action: 'run_again' }, 400, 'invalid_arguments'],
    [{ action: 'accept', content: 'text' }, 400, 'invalid_arguments'],
    [{ action: 'accept', content: { input: [] } }, 400, 'invalid_arguments'],
    [{ action: 'accept', remember: 'forever' }, 400, 'invalid_arguments'],
    [{ action: 'accept', interaction: `${id}.2` }, 409, 'interaction_required'],
    [{ action: 'accept', interaction: 'other' }, 409, 'interaction_required'],
  ];
  for (const [answer, status, code] of wrong) {
    const { status: actual, body } = await owner.resume(id, answer);
    assert.deepEqual([actual, body.error?.code], [status, code], JSON.stringify(answer));
  }
  assert.equal((await owner.get(`/api/executions/${id}`)).body.state, 'awaitingApproval');
  assert.equal((await owner.resume(id, { action: 'accept', interaction: `${id}.1` })).body.state, 'done');
});

test('an execution that has asked twice wants to know which question is answered', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { executionId: id } = (await owner.invoke('w.faults.drop')).body.error;
  const approved = await owner.resume(id);
  assert.deepEqual([approved.status, approved.body.state, approved.body.interactions.length], [200, 'paused', 2]);
  const unclear = await owner.resume(id, { action: 'run_again' });
  assert.deepEqual([unclear.status, unclear.body.error.code], [409, 'interaction_required']);
  assert.deepEqual(
    unclear.body.error.details.pending.map((each: { id: string }) => each.id),
    [`${id}.2`],
  );
  const first = await owner.resume(id, { action: 'accept', interaction: `${id}.1` });
  assert.equal(first.status, 200, 'the first question’s answer, again');
  assert.equal(upstream.count('POST /dropped'), 1);
  const again = await owner.resume(id, { action: 'run_again', interaction: `${id}.2` });
  assert.deepEqual([again.status, again.body.state, again.body.interactions.length], [200, 'paused', 3]);
  assert.equal(upstream.count('POST /dropped'), 2);
  const gaveUp = await owner.resume(id, { action: 'give_up', interaction: `${id}.3` });
  assert.equal(gaveUp.body.state, 'cancelled');
});

test('what never asked cannot be answered', async t => {
  const { owner } = await openWarehouse(t);
  const { executionId } = (await owner.invoke('w.items.list')).body;
  const { status, body } = await owner.resume(executionId);
  assert.deepEqual([status, body.error.code, body.error.details.pending], [409, 'interaction_required', []]);
});

test('a rule that blocks meanwhile wins over the approval', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'block' });
  const { status, body } = await owner.resume(id);
  assert.deepEqual([status, body.state, body.error.code], [200, 'denied', 'tool_blocked']);
  assert.equal(upstream.arrived.length, 0);
});

test('an approval is for the place that was shown: another base URL is asked for again', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  await owner.patch('/api/sources/w', { baseUrl: 'http://127.0.0.1:9' });
  await owner.get('/api/sources/w?wait=20');
  const { body } = await owner.resume(id);
  assert.deepEqual([body.state, body.interactions.length], ['awaitingApproval', 2]);
  assert.match(body.interactions[1].request.url, /127\.0\.0\.1:9\//);
  assert.equal(upstream.count('POST /items'), 0);
});

test('an unrelated refresh leaves an approval as it is', async t => {
  const { owner } = await openWarehouse(t);
  const id = await pause({ owner });
  await owner.post('/api/sources/w/refresh');
  assert.equal((await owner.resume(id)).body.state, 'done');
});

test('an agent may not approve, neither its own call nor somebody else’s, and cannot see the latter', async t => {
  const { owner, url, upstream } = await openWarehouse(t);
  const agent = await v1(t, url);
  const mine = (await call(agent, 'call', { path: 'w.items.create', input: { name: 'bolt' } })).data;
  assert.equal(mine.status, 'paused');
  const refused = await call(agent, 'resume', { executionId: mine.executionId, action: 'accept' });
  assert.deepEqual([refused.isError, refused.data.error.code], [true, 'forbidden']);
  const theirs = await pause({ owner });
  const hidden = await call(agent, 'resume', { executionId: theirs, action: 'accept' });
  const unknown = await call(agent, 'resume', { executionId: 'exec_0', action: 'accept' });
  assert.deepEqual([hidden.data.error.code, unknown.data.error.code], ['execution_not_found', 'execution_not_found']);
  assert.equal(hidden.data.error.message.replace(theirs, 'x'), unknown.data.error.message.replace('exec_0', 'x'));
  assert.equal(upstream.arrived.length, 0);
  assert.equal((await owner.resume(mine.executionId)).body.state, 'done');
});
