import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { envelope, openSession, post, request, toolCall } from '../mcp/raw.ts';
import { OTHER_TOKEN, surface } from '../mcp/surface.ts';

type Answer = { result?: { structuredContent: Record<string, unknown> }; error?: { code: number; message: string } };
const read = async (reply: Response) => (await reply.json()) as Answer;

test('an unknown session is 404, a missing one 400', async t => {
  const { url } = await surface(t);
  const unknown = await post(url, request(1, 'tools/list'), { 'mcp-session-id': 'c0ffee' });
  assert.equal(unknown.status, 404);
  assert.equal((await read(unknown)).error?.code, -32001);
  assert.equal((await post(url, request(1, 'tools/list'))).status, 400);
  const headers = { 'mcp-session-id': 'c0ffee', accept: 'text/event-stream' };
  assert.equal((await fetch(`${url}/mcp`, { headers })).status, 404);
  assert.equal((await fetch(`${url}/mcp`, { method: 'DELETE', headers })).status, 404);
});

test('a session belongs to the principal that opened it', async t => {
  const { url, runtime } = await surface(t);
  const session = await openSession(url);
  const mine = await post(url, request(1, 'tools/list'), session);
  assert.equal(mine.status, 200);
  const stolen = await post(url, request(2, 'tools/list'), { ...session, authorization: `Bearer ${runtime.token}` });
  assert.equal(stolen.status, 404);
});

test('a plain answer is JSON when nothing is streamed', async t => {
  const { url } = await surface(t);
  const reply = await post(url, toolCall(1, 'search', {}), await openSession(url));
  assert.match(reply.headers.get('content-type') ?? '', /application\/json/);
});

test('ChatGPT: every call in a session of its own, also the resume', async t => {
  const { url, runtime } = await surface(t);
  const first = await read(
    await post(url, toolCall(1, 'call', { path: 'shop.orders.create', input: { book: 2 } }), await openSession(url)),
  );
  const { executionId } = (first.result?.structuredContent ?? {}) as { executionId: string };
  const owner = { authorization: `Bearer ${runtime.token}` };
  await post(url, toolCall(1, 'resume', { executionId, action: 'accept' }), await openSession(url, owner));
  const last = await read(await post(url, toolCall(1, 'resume', { executionId }), await openSession(url)));
  assert.equal(last.result?.structuredContent.status, 'done');
});

test('Cursor: the session is recycled between the call and the resume', async t => {
  const { url, runtime } = await surface(t);
  const session = await openSession(url);
  const paused = await read(await post(url, toolCall(1, 'call', { path: 'shop.orders.create', input: { book: 3 } }), session));
  const { executionId } = (paused.result?.structuredContent ?? {}) as { executionId: string };
  assert.equal((await fetch(`${url}/mcp`, { method: 'DELETE', headers: session })).status, 200);
  assert.equal((await post(url, toolCall(2, 'resume', { executionId }), session)).status, 404);
  await runtime.executions.resume(executionId, { action: 'accept' }, runtime.principals.owner);
  const recycled = await read(await post(url, toolCall(2, 'resume', { executionId }), await openSession(url)));
  assert.equal(recycled.result?.structuredContent.status, 'done');
});

test('sessions do not leak: the longest unused goes above the cap, an idle one after its time', async t => {
  const { url, endpoint } = await surface(t, { sessions: { max: 3, idleMs: 200 } });
  const sessions = [];
  for (let i = 0; i < 5; i++) sessions.push(await openSession(url));
  assert.equal(endpoint.sessionCount, 3);
  assert.equal((await post(url, request(1, 'ping'), sessions[0])).status, 404);
  assert.equal((await post(url, request(1, 'ping'), sessions[4])).status, 200);
  for (let i = 0; i < 200 && endpoint.sessionCount > 0; i++) await delay(50);
  assert.equal(endpoint.sessionCount, 0);
});

test('of many idle sessions most sleep, and each is as it was when its client comes back', async t => {
  const { url, endpoint, runtime } = await surface(t);
  const sessions = [];
  for (let n = 0; n < 80; n++) {
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: `sleeper ${n}`, version: '1' } };
    const reply = await post(url, request(0, 'initialize', params));
    await reply.text();
    sessions.push({ 'mcp-session-id': reply.headers.get('mcp-session-id')!, 'mcp-protocol-version': '2025-06-18' });
  }
  assert.equal(endpoint.sessionCount, 80);
  const [first, second, third] = sessions;
  assert.equal((await post(url, request(1, 'ping'), { ...first, authorization: `Bearer ${OTHER_TOKEN}` })).status, 404);
  const replies = await Promise.all([1, 2, 3].map(id => post(url, request(id, 'tools/list'), first)));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(runtime.clients.list().at(-1)?.name, 'sleeper 0', 'it is known who it is');
  assert.equal((await fetch(`${url}/mcp`, { method: 'DELETE', headers: second! })).status, 200);
  assert.equal((await post(url, request(1, 'ping'), second)).status, 404);
  const stream = await fetch(`${url}/mcp`, { headers: { ...third!, accept: 'text/event-stream' } });
  assert.equal(stream.status, 200);
  await stream.body!.cancel();
  assert.equal(endpoint.sessionCount, 79);
});

test('an answer that nobody waits for any more does not keep its session busy', async t => {
  const { url, endpoint } = await surface(t, { sessions: { idleMs: 100 } });
  const session = await openSession(url);
  const cancelled = post(url, toolCall(7, 'call', { path: 'shop.books.list', input: { delayMs: 5000 } }), session);
  await delay(50);
  await post(url, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, session);
  assert.equal((await cancelled).status, 202);
  for (let i = 0; i < 200 && endpoint.sessionCount > 0; i++) await delay(50);
  assert.equal(endpoint.sessionCount, 0);
});

test('a stream that was cut is taken up again by Last-Event-ID', async t => {
  const { url } = await surface(t, { hold: { progressSeconds: 5, progressEverySeconds: 0.1 } });
  const session = await openSession(url, {}, '2025-11-25');
  const cut = new AbortController();
  const body = JSON.stringify(toolCall(3, 'call', { path: 'shop.books.list', input: { delayMs: 600 } }, { progressToken: 'p' }));
  const headers = { ...session, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const reply = await fetch(`${url}/mcp`, { method: 'POST', headers, body, signal: cut.signal });
  const { value } = await reply.body!.getReader().read();
  const id = /id: (\S+)/.exec(new TextDecoder().decode(value))?.[1];
  cut.abort();
  await delay(700);
  const again = await fetch(`${url}/mcp`, { headers: { ...session, accept: 'text/event-stream', 'last-event-id': id ?? '' } });
  assert.equal(again.status, 200);
  const text = await again.text();
  assert.match(text, /"status":"done"/);
});

test('the client hears that the sources changed', async t => {
  const { url, runtime, shop } = await surface(t);
  const session = await openSession(url);
  const stream = await fetch(`${url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } });
  const heard = stream.body!.getReader().read();
  await runtime.sources.add({ ...shop.source, namespace: 'cafe' });
  assert.match(new TextDecoder().decode((await heard).value), /notifications\/tools\/list_changed/);
});

test('malformed requests get coded answers', async t => {
  const { url } = await surface(t);
  const session = await openSession(url);
  assert.equal((await post(url, '{', session)).status, 400);
  assert.equal((await post(url, '{"jsonrpc":"2.0"}', session)).status, 400);
  assert.equal((await post(url, request(1, 'ping'), { ...session, 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post(url, request(1, 'ping'), { ...session, 'mcp-protocol-version': '1999-01-01' })).status, 400);
  assert.equal((await post(url, request(1, 'ping'), { ...session, accept: 'text/html' })).status, 406);
  assert.equal((await fetch(`${url}/mcp`, { method: 'PUT' })).status, 405);
  assert.equal((await post(url, `"${'x'.repeat(17 * 1024 * 1024)}"`, session)).status, 413);
  const unknown = await read(await post(url, request(1, 'no/such/method'), session));
  assert.equal(unknown.error?.code, -32601);
});

test('a batch of 2025-03-26 is answered with one', async t => {
  const { url } = await surface(t);
  const reply = await post(url, [request(1, 'ping'), request(2, 'tools/list')], await openSession(url, {}, '2025-03-26'));
  const answers = (await reply.json()) as { id: number }[];
  assert.deepEqual(answers.map(answer => answer.id).sort(), [1, 2]);
});

test('2026-07-28: the headers must be there and agree with the body', async t => {
  const { url } = await surface(t);
  const body = toolCall(1, 'search', {}, envelope);
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'search' };
  const good = await post(url, body, headers);
  assert.equal(good.status, 200);
  assert.equal(good.headers.get('mcp-session-id'), null);
  const missing = await post(url, body, { 'mcp-protocol-version': '2026-07-28' });
  assert.deepEqual([missing.status, (await read(missing)).error?.code], [400, -32020]);
  const other = await post(url, body, { ...headers, 'mcp-name': 'call' });
  assert.deepEqual([other.status, (await read(other)).error?.code], [400, -32020]);
});

test('a key in _meta makes sending a call twice the same call', async t => {
  const { url } = await surface(t);
  const session = await openSession(url);
  const ids = [];
  for (const id of [1, 2]) {
    const body = toolCall(id, 'call', { path: 'shop.orders.create', input: { book: 9 } }, { 'executor/idempotencyKey': 'k1' });
    const { result } = await read(await post(url, body, session));
    ids.push(result?.structuredContent.executionId);
  }
  assert.equal(ids[0], ids[1]);
});

test('the lists a client may ask for are there, empty but for the guide', async t => {
  const { url } = await surface(t);
  const session = await openSession(url);
  for (const [method, key] of [
    ['prompts/list', 'prompts'],
    ['resources/templates/list', 'resourceTemplates'],
  ] as const) {
    const { result } = (await read(await post(url, request(1, method), session))) as { result?: Record<string, unknown> };
    assert.deepEqual(result?.[key], []);
  }
  const { result } = (await read(await post(url, request(1, 'resources/list'), session))) as unknown as {
    result?: { resources: { uri: string }[] };
  };
  assert.deepEqual(
    result?.resources.map(({ uri }) => uri),
    ['skill://executor/SKILL.md'],
  );
});
