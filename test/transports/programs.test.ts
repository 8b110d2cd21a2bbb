import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, Reply } from '../api.ts';
import { openWarehouse } from './warehouse.ts';

/** Starts a program and waits until it rests. */
async function program(api: Api, code: string, more: object = {}): Promise<Reply> {
  const started = await api.post('/api/executions', { code, ...more });
  assert.equal(started.status, 202, started.text);
  assert.deepEqual([started.body.kind, started.body.calls.total >= 0], ['program', true]);
  return api.get(`/api/executions/${started.body.id}?wait=60`);
}

test('a program calls tools and gives back what it makes of the answers', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { body } = await program(owner, 'const a = await tools.w.items.list({ q: "x" }); return { got: a, n: 1 + 1 }');
  assert.equal(body.state, 'done', JSON.stringify(body));
  assert.equal(body.result.n, 2);
  assert.equal(upstream.count('GET /items'), 1);
  assert.deepEqual(
    [body.calls.total, body.calls.waiting, body.calls.items[0].tool, body.calls.items[0].parent],
    [1, 0, 'w.items.list', body.id],
  );
  assert.equal(body.input.code.includes('tools.w.items.list'), true);
});

test('a program pauses at a call that needs a person, and goes on with the answer', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const { body } = await program(owner, 'const a = await tools.w.items.create({ name: "bolt" }); return a.name');
  assert.equal(body.state, 'paused', JSON.stringify(body));
  assert.deepEqual([body.interactions.length, body.interactions[0].kind, body.calls.waiting], [1, 'approval', 1]);
  assert.equal(upstream.count('POST /items'), 0);
  const pending = await owner.get('/api/executions?state=pending');
  assert.deepEqual(
    pending.body.items.map((item: { parent: string; state: string }) => [item.parent, item.state]),
    [[body.id, 'awaitingApproval']],
  );
  const top = await owner.get('/api/executions');
  assert.deepEqual(
    top.body.items.map((item: { id: string }) => item.id),
    [body.id],
  );
  const resumed = await owner.resume(body.id);
  assert.deepEqual([resumed.status, resumed.body.state, resumed.body.result], [200, 'done', 'bolt'], resumed.text);
  assert.equal(upstream.count('POST /items'), 1);
});

test('several approvals at once, of Promise.all and allSettled, are answered one by one in any order', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const code = `
    const made = ["a", "b", "c"].map(name => tools.w.items.create({ name }));
    const reads = [tools.w.items.list(), tools.w.items.get({ id: "7" })];
    const all = await Promise.allSettled([...made, ...reads]);
    return all.map(one => one.status === "fulfilled" ? one.value.name ?? one.value : [one.reason.code, one.reason.details.note, one.reason.message]);
  `;
  const { body } = await program(owner, code);
  assert.deepEqual([body.state, body.calls.total, body.calls.waiting, body.interactions.length], ['paused', 5, 3, 3]);
  const open = await owner.resume(body.id);
  assert.deepEqual([open.status, open.body.error.code, open.body.error.details.pending.length], [409, 'interaction_required', 3]);
  const [a, b, c] = body.interactions.map((one: { id: string }) => one.id);
  const second = await owner.resume(body.id, { action: 'decline', interaction: b, note: 'too many' });
  assert.deepEqual([second.body.state, second.body.calls.waiting], ['paused', 2]);
  // From the call itself, as another surface would.
  const third = await owner.resume(c.slice(0, c.lastIndexOf('.')));
  assert.equal(third.body.state, 'done');
  const first = await owner.resume(body.id, { action: 'accept', interaction: a });
  assert.equal(first.body.state, 'done', first.text);
  const [one, [denied, note, message], three, list, item] = first.body.result;
  assert.deepEqual([one, denied, note, three, list, item], ['a', 'approval_denied', 'too many', 'c', [{ name: 'bolt' }], { id: '7' }]);
  assert.match(message, /declined.*too many/);
  assert.equal(upstream.count('POST /items'), 2);
  assert.equal(upstream.count('GET /items'), 1, 'nothing is called again when the program is replayed');
  const again = await owner.resume(body.id, { action: 'accept', interaction: a });
  assert.deepEqual([again.status, again.body.state], [200, 'done']);
  const other = await owner.resume(body.id, { action: 'decline', interaction: a });
  assert.deepEqual([other.status, other.body.error.code], [409, 'already_settled']);
});

test('approvals one after the other: the program replays to the next each time', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const code = `
    const seen = [Math.random(), Date.now() > 0];
    for (const name of ["a", "b", "c"]) seen.push((await tools.w.items.create({ name, amount: 1 + Math.floor(Math.random() * 5) })).name);
    return seen;
  `;
  const { body } = await program(owner, code);
  let view = body;
  for (let n = 1; n <= 3; n++) {
    assert.deepEqual([view.state, view.interactions.length, view.calls.total], ['paused', n, n]);
    view = (await owner.resume(body.id, { action: 'accept', interaction: view.interactions.at(-1).id })).body;
  }
  assert.deepEqual([view.state, view.result.slice(1)], ['done', [true, 'a', 'b', 'c']]);
  assert.equal(upstream.count('POST /items'), 3);
});

test('a program that ends or is cancelled leaves no question behind', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const raced = await program(owner, 'tools.w.items.create({ name: "late" }); return (await tools.w.items.list()).length');
  assert.deepEqual([raced.body.state, raced.body.result, raced.body.calls.waiting], ['done', 1, 0]);
  const paused = await program(owner, 'return await Promise.all(["a", "b"].map(name => tools.w.items.create({ name })))');
  const cancelled = await owner.post(`/api/executions/${paused.body.id}/cancel`, {});
  assert.deepEqual([cancelled.status, cancelled.body.state, cancelled.body.calls.waiting], [200, 'cancelled', 0]);
  const pending = await owner.get('/api/executions?state=pending');
  assert.deepEqual(pending.body.items, []);
  const calls = await owner.get(`/api/executions?parent=${paused.body.id}`);
  assert.deepEqual(
    calls.body.items.map((call: { state: string }) => call.state),
    ['cancelled', 'cancelled'],
  );
  const answered = await owner.resume(calls.body.items[0].id);
  assert.deepEqual([answered.status, answered.body.error.code], [409, 'already_settled']);
  assert.equal(upstream.count('POST /items'), 0);
});

test('a call in flight when its program is cancelled ends and is recorded', async t => {
  const { owner, held, release } = await openWarehouse(t);
  const started = await owner.post('/api/executions', { code: 'return await tools.w.faults.held()' });
  await held;
  const cancelled = await owner.post(`/api/executions/${started.body.id}/cancel`, {});
  assert.equal(cancelled.body.state, 'cancelled');
  release();
  const [call] = cancelled.body.calls.items;
  const ended = await owner.get(`/api/executions/${call.id}?wait=30`);
  assert.deepEqual([ended.body.state, ended.body.result], ['done', { after: 'all' }]);
});

test('cancelling ends a program that only computes', async t => {
  const { owner } = await openWarehouse(t);
  const started = await owner.post('/api/executions', { code: 'for (;;);' });
  const cancelled = await owner.post(`/api/executions/${started.body.id}/cancel`, {});
  assert.equal(cancelled.body.state, 'cancelled');
  const { body } = await program(owner, 'return 1');
  assert.equal(body.result, 1);
});

test('errors of tools are caught as ToolError, and one that is not caught fails the program with the line', async t => {
  const { owner } = await openWarehouse(t);
  const code = `
    const seen = [];
    for (const run of [() => tools.w.faults.broken(), () => tools.w.items.creat({}), () => tools.w.items.get({ identifier: 1 }), () => tools.w.faults.dropped()])
      try { await run() } catch (e) { seen.push([e instanceof ToolError, e.code, e.status ?? null]) }
    return seen;
  `;
  const { body } = await program(owner, code);
  assert.deepEqual(body.result, [
    [true, 'upstream_http_error', 500],
    [true, 'tool_not_found', null],
    [true, 'invalid_arguments', null],
    [true, 'upstream_unreachable', null],
  ]);
  assert.equal(body.calls.total, 2, 'what is refused at once leaves no row');
  const failed = await program(owner, 'const a: number = 1;\nawait tools.w.faults.broken()');
  assert.deepEqual([failed.body.state, failed.body.error.code, failed.body.error.details.line], ['failed', 'upstream_http_error', 2]);
  const wrong = await program(owner, 'const a = ;');
  assert.deepEqual([wrong.body.state, wrong.body.error.code], ['failed', 'invalid_arguments']);
  assert.match(wrong.body.error.message, /line 1/);
});

test('search, describe, sleep, emit and the console', async t => {
  const { owner } = await openWarehouse(t);
  const code = `
    const { items } = await tools.$search("create an item", { source: "w" });
    const tool = await tools.$describe("w.items.create");
    const before = Date.now();
    await sleep(30);
    console.log("slept", { ok: true }); console.error("careful");
    emit("hello"); emit({ type: "image", mimeType: "image/png", data: "AAAA" });
    return { found: items[0].path, effect: tool.effect, slept: Date.now() - before >= 30 };
  `;
  const { body } = await program(owner, code);
  assert.deepEqual(body.result, { found: 'w.items.create', effect: 'write', slept: true });
  const output = await owner.get(`/api/executions/${body.id}/output`);
  assert.deepEqual(
    output.body.emitted.map((one: { value: unknown }) => one.value),
    ['hello', { type: 'image', mimeType: 'image/png', data: 'AAAA' }],
  );
  assert.deepEqual(
    output.body.logs.map((one: { level: string; text: string }) => [one.level, one.text]),
    [
      ['info', 'slept {"ok":true}'],
      ['error', 'careful'],
    ],
  );
  const journal = await owner.get(`/api/executions/${body.id}/journal`);
  assert.deepEqual(
    journal.body.items.map((step: { kind: string; line: number; state: string }) => [step.kind, step.line, step.state]),
    [
      ['search', 2, 'done'],
      ['describe', 3, 'done'],
      ['sleep', 5, 'done'],
    ],
  );
  const page = await owner.get(`/api/executions/${body.id}/journal?limit=1&cursor=1`);
  assert.deepEqual([page.body.items[0].n, page.body.nextCursor], [2, '2']);
});

test('a fork keeps what the steps up to one came to, and goes on with other code', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const code =
    'const a = await tools.w.items.list();\nconst b = await tools.w.items.get({ id: "b" });\nreturn [a.length, b.id, Math.random()]';
  const { body } = await program(owner, code);
  const forked = await owner.post(`/api/executions/${body.id}/fork`, { step: 1, code: code.replace('id: "b"', 'id: "c"') });
  assert.equal(forked.status, 202);
  const done = await owner.get(`/api/executions/${forked.body.id}?wait=30`);
  assert.deepEqual([done.body.result[1], done.body.forkedFrom], ['c', { id: body.id, step: 1 }]);
  assert.equal(done.body.result[2], body.result[2], 'the same seed');
  assert.deepEqual([upstream.count('GET /items'), upstream.count('GET /items/c')], [1, 1]);
  assert.deepEqual([done.body.calls.total, done.body.calls.items[0].step], [1, 2]);
  const steps = await owner.get(`/api/executions/${forked.body.id}/journal`);
  assert.deepEqual(
    steps.body.items.map((step: { kept?: boolean; executionId: string }) => [
      step.kept ?? false,
      step.executionId === body.calls.items[0].id,
    ]),
    [
      [true, true],
      [false, false],
    ],
  );
  const other = await owner.post(`/api/executions/${body.id}/fork`, { step: 1, code: 'return await tools.w.items.list({ q: "other" })' });
  const diverged = await owner.get(`/api/executions/${other.body.id}?wait=30`);
  assert.deepEqual([diverged.body.state, diverged.body.error.code, diverged.body.error.details.step], ['failed', 'replay_diverged', 1]);
  assert.equal(upstream.count('GET /items'), 1, 'nothing was called');
  const beyond = await owner.post(`/api/executions/${body.id}/fork`, { step: 9 });
  assert.deepEqual([beyond.status, beyond.body.error.details.steps], [400, 2]);
});

test('bad input starts nothing', async t => {
  const { owner } = await openWarehouse(t);
  for (const body of [
    {},
    { code: '' },
    { code: 7 },
    { code: 'x', timeout: 1 },
    { code: 'x', timeoutMs: 0 },
    { code: 'x'.repeat(2 ** 20 + 1) },
  ]) {
    const { status, body: answer } = await owner.post('/api/executions', body);
    assert.deepEqual([status, answer.error.code], [400, 'invalid_arguments'], JSON.stringify(body).slice(0, 80));
  }
  assert.deepEqual((await owner.get('/api/executions')).body.items, []);
  assert.equal((await owner.get('/api/executions/exec_none/journal')).status, 404);
});

test('the same key is the same program', async t => {
  const { owner, upstream } = await openWarehouse(t);
  const asking = { headers: { 'idempotency-key': 'k' } };
  const code = 'return (await tools.w.items.list()).length';
  const [a, b] = await Promise.all([owner.post('/api/executions', { code }, asking), owner.post('/api/executions', { code }, asking)]);
  assert.equal(a.body.id, b.body.id);
  await owner.get(`/api/executions/${a.body.id}?wait=30`);
  assert.equal(upstream.count('GET /items'), 1);
  const other = await owner.post('/api/executions', { code: 'return 2' }, asking);
  assert.deepEqual([other.status, other.body.error.code], [409, 'idempotency_conflict']);
});

test('a program that takes longer than it was given ends; what people take does not count', async t => {
  const { owner } = await openWarehouse(t);
  const started = await owner.post('/api/executions', { code: 'return await tools.w.faults.held()', timeoutMs: 300 });
  const ended = await owner.get(`/api/executions/${started.body.id}?wait=30`);
  assert.deepEqual([ended.body.state, ended.body.error.code, ended.body.error.details.limit], ['failed', 'limit_exceeded', 'time']);
  const paused = await program(owner, 'return (await tools.w.items.create({ name: "x" })).name', { timeoutMs: 200_000 });
  assert.equal(paused.body.state, 'paused');
  const { items } = (await owner.get(`/api/executions/${paused.body.id}/log`)).body;
  assert.deepEqual(
    items.map((entry: { state: string }) => entry.state),
    ['running', 'paused'],
  );
  assert.equal((await owner.resume(paused.body.id)).body.result, 'x');
});

test('a long result is previewed and kept whole', async t => {
  const { owner } = await openWarehouse(t);
  const { body } = await program(owner, 'return { text: "é".repeat(100000), size: (await tools.w.faults.large()).text.length }');
  assert.deepEqual([body.state, body.result.truncated, body.result.bytes > 200_000], ['done', true, true]);
  const whole = await owner.get(`/api/executions/${body.id}/result`);
  assert.deepEqual([whole.body.text.length, whole.body.size], [100_000, 150_000]);
});

test('programs and calls are one list', async t => {
  const { owner } = await openWarehouse(t);
  const { body } = await program(owner, '// inventory\nreturn (await tools.w.items.list()).length');
  await owner.invoke('w.items.list');
  const list = await owner.get('/api/executions');
  assert.deepEqual(
    list.body.items.map((item: { kind: string }) => item.kind),
    ['call', 'program'],
  );
  assert.deepEqual(
    (await owner.get('/api/executions?q=inventory')).body.items.map((item: { id: string }) => item.id),
    [body.id],
  );
  assert.equal((await owner.get('/api/executions?state=done')).body.items.length, 2);
  assert.equal((await owner.get('/api/executions?state=running')).body.items.length, 0);
  const children = await owner.get(`/api/executions?parent=${body.id}`);
  assert.deepEqual(
    children.body.items.map((item: { tool: string }) => item.tool),
    ['w.items.list'],
  );
  assert.equal((await owner.get(`/api/actors/${body.id}`)).body.kind, 'program');
});
