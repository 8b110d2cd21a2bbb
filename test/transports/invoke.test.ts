import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGE, openWarehouse, pause } from './warehouse.ts';

test('a read is answered with its data, the id of the execution and what HTTP said', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { status, body } = await owner.invoke('w.items.list', { q: 'b&lt=', limit: 3 });
  assert.equal(status, 200);
  assert.deepEqual([body.ok, body.data, body.http.status], [true, [{ name: 'bolt' }], 200]);
  assert.match(body.executionId, /^exec_[0-9a-z]{26}$/);
  assert.deepEqual(
    [...upstream.arrived[0]!.query],
    [
      ['q', 'b&lt='],
      ['limit', '3'],
    ],
  );
  assert.equal((await owner.ask('POST', '/api/tools/invoke/w.items.list')).body.ok, true, 'no body is no arguments');
});

test('a failure the tool answers with is an answer: 200, with the status and the body', async t => {
  const { owner } = await openWarehouse(t);
  const { status, body } = await owner.invoke('w.faults.broken');
  assert.equal(status, 200);
  assert.deepEqual([body.ok, body.error.code, body.http.status], [false, 'upstream_http_error', 500]);
  assert.deepEqual([body.error.details.status, body.error.details.body], [500, { reason: 'out of paper' }]);
  assert.equal((await owner.get(`/api/executions/${body.executionId}`)).body.state, 'failed');
});

test('an upstream that hangs up is unreachable, and says so', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { status, body } = await owner.invoke('w.faults.dropped');
  assert.deepEqual([status, body.ok, body.error.code], [502, false, 'upstream_unreachable']);
  await upstream.close();
  assert.equal((await owner.invoke('w.items.list')).status, 502);
  assert.equal((await owner.get('/healthz')).status, 200);
});

test('a write waits: 202 with everything that is needed to answer it, and nothing has left', async t => {
  const { owner, upstream, url } = await openWarehouse(t);
  const { status, body } = await owner.invoke('w.items.create', { name: 'bolt', amount: 2 });
  assert.equal(status, 202);
  const { code, executionId, approvalUrl, resumePath, interactions } = body.error;
  assert.deepEqual([body.ok, code], [false, 'execution_paused']);
  assert.equal(approvalUrl, `${url}/resume/${executionId}`);
  assert.equal(resumePath, `/api/executions/${executionId}/resume`);
  assert.deepEqual([interactions.length, interactions[0].kind], [1, 'approval']);
  const { method, url: target, input } = interactions[0].request;
  assert.deepEqual([method, target, input], ['POST', `${upstream.origin}/items`, { name: 'bolt', amount: 2 }]);
  assert.equal(upstream.arrived.length, 0);
});

test('a write that hangs up has an unknown outcome, and a person says what became of it', async t => {
  const { owner, upstream } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: 'w.faults.drop', decision: 'allow' });
  const lost = await owner.invoke('w.faults.drop');
  assert.deepEqual([lost.status, lost.body.error.code], [202, 'execution_paused']);
  const [interaction] = lost.body.error.interactions;
  assert.equal(interaction.kind, 'unknown_outcome');
  assert.equal(upstream.count('POST /dropped'), 1, 'it is not sent again by itself');
  const id = lost.body.error.executionId;
  assert.equal((await owner.resume(id, { action: 'accept' })).status, 400, 'an approval is no answer to it');
  const told = await owner.resume(id, { action: 'happened', content: { result: { id: 7 } } });
  assert.deepEqual([told.status, told.body.state, told.body.result], [200, 'done', { id: 7 }]);
  assert.equal(upstream.count('POST /dropped'), 1);
});

test('arguments that do not fit leave no execution, and the answer names the place and the near name', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const wrong: [unknown, string, RegExp][] = [
    [{ naem: 'x' }, '/naem', /did you mean `name`/],
    [{ name: 4 }, '/name', /must be string/],
    [{ name: 'x', amount: 0 }, '/amount', />= 1/],
    [{ name: 'x', amount: 'two' }, '/amount', /must be/],
    [{}, '/name', /`name`/],
  ];
  for (const [input, path, message] of wrong) {
    const { status, body } = await owner.invoke('w.items.create', input);
    assert.deepEqual([status, body.ok, body.error.code], [400, false, 'invalid_arguments'], JSON.stringify(input));
    assert.equal(body.error.details.path, path, JSON.stringify(body.error));
    assert.match(body.error.message, message);
  }
  for (const text of ['[1]', '"text"', '7', 'null']) {
    const { status, body } = await owner.ask('POST', '/api/tools/invoke/w.items.create', { text });
    assert.deepEqual([status, body.error?.code], [400, 'invalid_arguments'], text);
  }
  assert.deepEqual((await owner.get('/api/executions')).body.items, []);
  assert.equal(upstream.arrived.length, 0);
});

test('an unknown tool leaves no execution, and the answer suggests the near ones', async t => {
  const { owner } = await openWarehouse(t);
  for (const [path, near] of [
    ['w.items.craete', 'w.items.create'],
    ['w.item.list', 'w.items.list'],
    ['W.items.list', 'w.items.list'],
  ] as const) {
    const { status, body } = await owner.invoke(path);
    assert.deepEqual([status, body.ok, body.error.code], [404, false, 'tool_not_found'], path);
    assert.ok(body.error.details.suggestions.includes(near), `${path}: ${body.error.details.suggestions}`);
  }
  assert.equal((await owner.invoke('nothing')).status, 404);
  assert.deepEqual((await owner.get('/api/executions')).body.items, []);
});

test('the same idempotency key with the same input is the same execution, in whatever state', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const keyed = { headers: { 'idempotency-key': 'order-1' } };
  const first = await owner.invoke('w.items.create', { name: 'bolt' }, keyed);
  const again = await owner.invoke('w.items.create', { name: 'bolt' }, keyed);
  assert.equal(again.status, 202);
  assert.equal(again.body.error.executionId, first.body.error.executionId);
  await owner.resume(first.body.error.executionId);
  const settled = await owner.invoke('w.items.create', { name: 'bolt' }, keyed);
  assert.deepEqual([settled.status, settled.body.ok, settled.body.executionId], [200, true, first.body.error.executionId]);
  assert.equal(upstream.count('POST /items'), 1);
});

test('many calls at once under one key are one execution', async t => {
  const { owner, upstream } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
  const keyed = { headers: { 'idempotency-key': 'k' } };
  const answers = await Promise.all(Array.from({ length: 20 }, () => owner.invoke('w.items.create', { name: 'bolt' }, keyed)));
  assert.deepEqual([...new Set(answers.map(({ text }) => text))].length, 1);
  assert.equal(upstream.count('POST /items'), 1);
});

test('the same key with another input is a conflict; for another tool it is another key', async t => {
  const { owner } = await openWarehouse(t);
  const keyed = { headers: { 'idempotency-key': 'order-1' } };
  const first = await owner.invoke('w.items.create', { name: 'bolt' }, keyed);
  const other = await owner.invoke('w.items.create', { name: 'nut' }, keyed);
  assert.deepEqual([other.status, other.body.ok, other.body.error.code], [409, false, 'idempotency_conflict']);
  const elsewhere = await owner.invoke('w.items.list', {}, keyed);
  assert.equal(elsewhere.status, 200);
  assert.notEqual(elsewhere.body.executionId, first.body.error.executionId);
  const refused = await owner.invoke('w.items.create', { naem: 'x' }, { headers: { 'idempotency-key': 'order-2' } });
  assert.equal(refused.status, 400);
  assert.equal(
    (await owner.invoke('w.items.create', { name: 'x' }, { headers: { 'idempotency-key': 'order-2' } })).status,
    202,
    'a refused call uses no key up',
  );
});

test('a call that takes longer than asked for goes on, and is fetched by its id', async t => {
  const { owner, release } = await openWarehouse(t);
  const { status, body } = await owner.ask('POST', '/api/tools/invoke/w.faults.held?wait=0', { body: {} });
  assert.deepEqual([status, body.ok, body.error.code], [202, false, 'execution_running']);
  release();
  const { body: view } = await owner.get(`/api/executions/${body.error.executionId}?wait=20`);
  assert.deepEqual([view.state, view.result], ['done', { after: 'all' }]);
});

test('a large result comes whole from invoke, and as a preview in the view, which says how to get the rest', async t => {
  const { owner } = await openWarehouse(t);
  const { body } = await owner.invoke('w.faults.large');
  assert.deepEqual(body.data, LARGE);
  const view = await owner.get(`/api/executions/${body.executionId}`);
  assert.ok(view.text.length < 70_000);
  assert.deepEqual([view.body.result.truncated, view.body.result.bytes], [true, Buffer.byteLength(JSON.stringify(LARGE))]);
  assert.match(view.body.result.page, new RegExp(`/api/executions/${body.executionId}/result`));
});

test('a blocked call leaves nothing but its row', async t => {
  const { owner, upstream } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: 'w.**', decision: 'block' });
  const { status, body } = await owner.invoke('w.items.list');
  assert.deepEqual([status, body.ok, body.error.code], [403, false, 'tool_blocked']);
  const { items } = (await owner.get('/api/executions')).body;
  assert.deepEqual([items.length, items[0].state], [1, 'denied']);
  assert.equal(upstream.arrived.length, 0);
});

test('a caller that goes away leaves its call as it is', async t => {
  const { owner } = await openWarehouse(t);
  const leaving = new AbortController();
  const asked = owner.invoke('w.faults.held', {}, { signal: leaving.signal }).catch(() => 'gone');
  const id = await pause({ owner });
  leaving.abort();
  assert.equal(await asked, 'gone');
  const { body } = await owner.get('/api/executions?state=running');
  assert.equal(body.items.length, 1);
  assert.equal((await owner.get(`/api/executions/${id}`)).body.state, 'awaitingApproval');
});
