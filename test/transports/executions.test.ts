import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGE, openWarehouse, pause, type Warehouse } from './warehouse.ts';

const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);

async function fill({ owner }: Warehouse) {
  const done: string[] = [];
  for (let n = 0; n < 3; n++) done.unshift((await owner.invoke('w.items.get', { id: `n${n}` })).body.executionId);
  const failed: string = (await owner.invoke('w.faults.broken')).body.executionId;
  const waiting = await pause({ owner });
  return { done, failed, waiting };
}

test('executions are listed newest first, and filtered by state, tool, source, principal and words', async t => {
  const warehouse = await openWarehouse(t);
  const { owner } = warehouse;
  const { done, failed, waiting } = await fill(warehouse);
  const list = async (query: string) => ids((await owner.get(`/api/executions?${query}`)).body);
  assert.deepEqual(await list(''), [waiting, failed, ...done]);
  assert.deepEqual(await list('state=done'), done);
  assert.deepEqual(await list('state=failed'), [failed]);
  assert.deepEqual(await list('state=pending'), [waiting]);
  assert.deepEqual(await list('state=awaitingApproval'), [waiting]);
  assert.deepEqual(await list('tool=w.items.get'), done);
  assert.deepEqual(await list('source=w'), [waiting, failed, ...done]);
  assert.deepEqual(await list('source=other'), []);
  assert.deepEqual(await list('principal=owner'), [waiting, failed, ...done]);
  assert.deepEqual(await list('principal=local'), []);
  assert.deepEqual(await list('q=n1'), [done[1]]);
  assert.deepEqual(await list('tool=w.items.get&state=done&q=n2'), [done[0]]);
  assert.deepEqual(await list('parent=exec_none'), []);
  const wrong = await owner.get('/api/executions?state=sleeping');
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'invalid_arguments']);
});

test('pages of a list hold each execution once, also while new ones come', async t => {
  const warehouse = await openWarehouse(t);
  const { owner } = warehouse;
  const { done, failed, waiting } = await fill(warehouse);
  const first = (await owner.get('/api/executions?limit=2')).body;
  assert.deepEqual(ids(first), [waiting, failed]);
  await owner.invoke('w.items.list');
  const second = (await owner.get(`/api/executions?limit=2&cursor=${first.nextCursor}`)).body;
  assert.deepEqual(ids(second), done.slice(0, 2));
  const third = (await owner.get(`/api/executions?limit=2&cursor=${second.nextCursor}`)).body;
  assert.deepEqual([ids(third), third.nextCursor], [done.slice(2), undefined]);
});

test('an execution that runs can be waited for', async t => {
  const { owner, release } = await openWarehouse(t);
  const { executionId } = (await owner.ask('POST', '/api/tools/invoke/w.faults.held?wait=0', { body: {} })).body.error;
  assert.equal((await owner.get(`/api/executions/${executionId}`)).body.state, 'running');
  const waiting = owner.get(`/api/executions/${executionId}?wait=20`);
  release();
  assert.equal((await waiting).body.state, 'done');
  assert.equal((await owner.get(`/api/executions/${executionId}?wait=-1`)).status, 400);
});

test('the log has every event in order, with the state it led to', async t => {
  const { owner } = await openWarehouse(t);
  const id = await pause({ owner });
  await owner.resume(id);
  const { items } = (await owner.get(`/api/executions/${id}/log`)).body;
  assert.deepEqual(
    items.map(({ seq }: { seq: number }) => seq),
    items.map((_: unknown, n: number) => n + 1),
  );
  const states = items
    .map(({ state }: { state: string }) => state)
    .filter((state: string, n: number, all: string[]) => state !== all[n - 1]);
  assert.deepEqual(states, ['resolving', 'judging', 'awaitingApproval', 'judging', 'running', 'done']);
  assert.equal(items.find(({ event }: { event: { type: string } }) => event.type === 'answer').event.by, 'owner');
});

test('a result is given whole or by ranges', async t => {
  const { owner } = await openWarehouse(t);
  const { executionId } = (await owner.invoke('w.faults.large')).body;
  const path = `/api/executions/${executionId}/result`;
  const whole = await owner.get(path);
  assert.deepEqual([whole.status, whole.body, whole.headers.get('accept-ranges')], [200, LARGE, 'bytes']);
  const size = Buffer.byteLength(whole.text);
  const range = (bytes: string) => owner.get(path, { headers: { range: `bytes=${bytes}` } });
  const head = await range('0-9');
  assert.deepEqual([head.status, head.text, head.headers.get('content-range')], [206, '{"text":"\ufffd', `bytes 0-9/${size}`]);
  const tail = await range('-7');
  assert.deepEqual([tail.status, tail.text], [206, 'here"}'.padStart(7, '"')]);
  assert.equal((await range(`${size - 1}-`)).text, '}');
  const past = await range(`${size}-`);
  assert.deepEqual([past.status, past.headers.get('content-range')], [416, `bytes */${size}`]);
  const id = await pause({ owner });
  assert.equal((await owner.get(`/api/executions/${id}/result`)).status, 404, 'what has no result has none');
});

test('a waiting execution can be cancelled, and stays cancelled', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const id = await pause({ owner });
  const { status, body } = await owner.post(`/api/executions/${id}/cancel`);
  assert.deepEqual([status, body.state, body.error.code], [200, 'cancelled', 'cancelled']);
  assert.equal((await owner.post(`/api/executions/${id}/cancel`, {})).body.state, 'cancelled');
  const late = await owner.resume(id);
  assert.deepEqual([late.status, late.body.error.code], [409, 'already_settled']);
  assert.equal(upstream.arrived.length, 0);
  assert.deepEqual((await owner.get('/api/executions?state=pending')).body.items, []);
});

test('a read in flight is cancelled; of a write in flight nobody knows', async t => {
  const { owner, held } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: 'w.faults.hold', decision: 'allow' });
  const read = (await owner.ask('POST', '/api/tools/invoke/w.faults.held?wait=0', { body: {} })).body.error.executionId;
  assert.equal((await owner.post(`/api/executions/${read}/cancel`)).body.state, 'cancelled');
  const write = (await owner.ask('POST', '/api/tools/invoke/w.faults.hold?wait=0', { body: {} })).body.error.executionId;
  await held;
  const { body } = await owner.post(`/api/executions/${write}/cancel`);
  assert.deepEqual([body.state, body.interactions[0].kind], ['paused', 'unknown_outcome']);
  const given = await owner.resume(write, { action: 'give_up' });
  assert.deepEqual([given.status, given.body.state], [200, 'cancelled']);
});

test('an id that nobody has is not found on any route', async t => {
  const { owner } = await openWarehouse(t);
  for (const id of ['exec_00000000000000000000000000', 'x', '..', '%2e%2e%2fcall', 'source:w', 'w', '%00', `exec_${'a'.repeat(5000)}`]) {
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/log'],
      ['GET', '/result'],
      ['POST', '/cancel'],
      ['POST', '/resume'],
    ] as const) {
      const path = `/api/executions/${id}${rest}`;
      if (new URL(path, 'http://host').pathname !== path) continue; // the client itself has resolved the dots
      const { status, body } = await owner.ask(method, path, method === 'POST' ? { body: { action: 'accept' } } : {});
      assert.deepEqual([status, body.error.code], [404, 'execution_not_found'], `${method} ${path.slice(0, 60)}`);
    }
  }
});
