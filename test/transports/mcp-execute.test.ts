import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, v1, v2 } from '../mcp/clients.ts';
import { surface } from '../mcp/surface.ts';

test('execute runs a program: its result, its logs, and what it emits as content', async t => {
  const { url } = await surface(t);
  const client = await v1(t, url);
  const code = `
    const books: { title: string }[] = await tools.shop.books.list({});
    console.log('found', books.length);
    emit('Have a look');
    emit({ type: 'image', mimeType: 'image/png', data: 'AAAA' });
    emit({ type: 'file', name: 'books.csv', mimeType: 'text/csv', text: 'title' });
    return books.map(({ title }) => title);`;
  const { data, content } = await call(client, 'execute', { code });
  assert.deepEqual([data.status, data.result, data.logs], ['done', ['Dune'], ['found 1']]);
  const [result, ...emitted] = content as unknown as Record<string, unknown>[];
  assert.equal(result!.text, '["Dune"]');
  assert.deepEqual(
    emitted.map(({ type }) => type),
    ['text', 'image', 'resource'],
  );
  assert.match((emitted[2]!.resource as { uri: string }).uri, new RegExp(`${data.executionId}/books\\.csv$`));
});

test('a program that fails says where, and is an error', async t => {
  const { url } = await surface(t);
  const { data, isError, text } = await call(await v2(t, url), 'execute', { code: 'const a = 1;\nthrow new Error("no " + a)' });
  assert.deepEqual([data.status, isError, data.error.details.line], ['failed', true, 2]);
  assert.match(text, /no 1 \(line 2\)/);
});

test('a program that waits for a person is paused, and any session fetches what comes of it', async t => {
  const { url, runtime, shop } = await surface(t);
  const before = shop.count('POST /orders');
  const paused = await call(await v1(t, url), 'execute', { code: 'return (await tools.shop.orders.create({ book: 1 })).book' });
  assert.deepEqual([paused.data.status, paused.data.interactions.length], ['paused', 1]);
  assert.match(paused.data.approvalUrl, new RegExp(`/resume/${paused.data.executionId}$`));
  assert.equal(shop.count('POST /orders'), before);
  const other = await v2(t, url);
  const waiting = call(other, 'resume', { executionId: paused.data.executionId });
  await runtime.executions.resume(paused.data.executionId, { action: 'accept' }, runtime.principals.owner);
  const ended = await waiting;
  assert.deepEqual([ended.data.status, ended.data.result], ['done', 1]);
  assert.equal(shop.count('POST /orders'), before + 1);
});

test('an agent cannot approve what its program asks', async t => {
  const { url } = await surface(t);
  const client = await v1(t, url);
  const { data } = await call(client, 'execute', { code: 'return (await tools.shop.orders.create({ book: 2 })).book' });
  const answered = await call(client, 'resume', { executionId: data.executionId, action: 'accept' });
  assert.deepEqual([answered.data.status, answered.data.error.code], ['failed', 'forbidden']);
});

test('a large result is a preview that says how to get on', async t => {
  const { url } = await surface(t);
  const { data } = await call(await v1(t, url), 'execute', { code: 'return await tools.shop.reports.get()' });
  assert.deepEqual([data.status, data.result.truncated, data.result.bytes > 64 * 1024], ['done', true, true]);
  assert.match(data.result.more, /return less.*\/result/);
});

test('a long program is left running, and fetched with resume', async t => {
  const { url } = await surface(t, { hold: { seconds: 0.2 } });
  const client = await v1(t, url);
  const { data } = await call(client, 'execute', { code: 'return (await tools.shop.books.list({ delayMs: 1500 })).length' });
  assert.equal(data.status, 'running');
  for (;;) {
    const { data: later } = await call(client, 'resume', { executionId: data.executionId });
    if (later.status === 'running') continue;
    assert.deepEqual([later.status, later.result], ['done', 1]);
    return;
  }
});
