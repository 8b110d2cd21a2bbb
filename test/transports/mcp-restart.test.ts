import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { openSession, post, request, toolCall } from '../mcp/raw.ts';
import { OTHER_TOKEN, surface } from '../mcp/surface.ts';

interface Called {
  result?: { structuredContent: { status: string; executionId: string } };
}

const STREAM = { accept: 'text/event-stream' };
const slowRead = { path: 'shop.books.list', input: { delayMs: 400 } };

/** A session with a call under way on a stream, of which the client has seen the first event only. */
async function cutOff(t: TestContext, args: Record<string, unknown>, { path = '/mcp', name = 'call' } = {}) {
  const first = await surface(t);
  const session = await openSession(first.url, {}, '2025-11-25', path);
  const reply = await post(first.url, toolCall(3, name, args), { ...session, ...STREAM }, path);
  const reader = reply.body!.getReader();
  const { value } = await reader.read();
  const eventId = /id: (\S+)/.exec(new TextDecoder().decode(value))?.[1] ?? '';
  return { ...first, session, reader, eventId };
}

/** Takes a stream up again; gives everything that comes on it. */
async function takenUp(
  url: string,
  session: Record<string, string>,
  eventId: string,
  path = '/mcp',
): Promise<{ status: number; text: string }> {
  const reply = await fetch(`${url}${path}`, { headers: { ...session, ...STREAM, 'last-event-id': eventId } });
  return { status: reply.status, text: await reply.text() };
}

/** Only then is what the daemon wrote down certain to be there: which execution the call is about, or its answer. */
async function written({ runtime }: Awaited<ReturnType<typeof surface>>, sessionId: string, what: 'execution' | 'answer') {
  for (;;) {
    const found = await runtime.streams.find(sessionId);
    const answering = found?.streams.find(({ isListening }) => !isListening);
    if (answering?.frames.some(({ text }) => text.includes('"id":3'))) return;
    if (what === 'execution' && answering?.requests.some(({ executionId }) => executionId !== undefined)) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

test('a call under way when the endpoint ended is answered on its stream by the next one, once', async t => {
  const { endpoint, session, eventId, shop, ...s } = await cutOff(t, slowRead);
  const before = shop.count('GET /books');
  await written({ ...s, endpoint, shop }, session['mcp-session-id']!, 'execution');
  await endpoint.close();
  const next = await surface(t);
  const { status, text } = await takenUp(next.url, session, eventId);
  assert.equal(status, 200);
  assert.match(text, /"status":"done".*"id":3|"id":3.*"status":"done"/);
  assert.ok(shop.count('GET /books') <= Math.max(before, 1), 'it was not made again');
});

test('an answer that was sent but never arrived is told again by the next endpoint', async t => {
  const { endpoint, session, eventId, shop, ...s } = await cutOff(t, { path: 'shop.orders.create', input: { book: 3 } });
  await written({ ...s, endpoint, shop }, session['mcp-session-id']!, 'answer');
  await endpoint.close();
  const { text } = await takenUp((await surface(t)).url, session, eventId);
  assert.match(text, /"status":"paused"/);
  assert.equal(text.match(/"id":3/g)?.length, 1);
});

test('so it is where a source is shown by itself: the call under way is answered there, once', async t => {
  const place = { path: '/mcp/shop?tools=books_list,orders_create', name: 'books_list' };
  const { endpoint, session, eventId, shop, ...s } = await cutOff(t, { delayMs: 400 }, place);
  const before = shop.count('GET /books');
  await written({ ...s, endpoint, shop }, session['mcp-session-id']!, 'execution');
  await endpoint.close();
  const next = await surface(t);
  for (const path of ['/mcp', '/mcp/shop']) {
    assert.equal((await post(next.url, request(1, 'ping'), session, path)).status, 404, 'a session of one place is none of another');
  }
  const { status, text } = await takenUp(next.url, session, eventId, place.path);
  assert.equal(status, 200);
  assert.match(text, /"status":"done".*"id":3|"id":3.*"status":"done"/);
  assert.equal(text.match(/"id":3/g)?.length, 1);
  assert.ok(shop.count('GET /books') <= Math.max(before, 1), 'it was not made again');
  assert.equal((await post(next.url, request(4, 'ping'), session, place.path)).status, 200);
});

test('what waits for a person there is told as waiting, and the same call is about the same execution', async t => {
  const place = { path: '/mcp/shop', name: 'orders_create' };
  const order = { book: 4 };
  const { endpoint, session, eventId, shop, ...s } = await cutOff(t, order, place);
  const ordered = shop.count('POST /orders');
  await written({ ...s, endpoint, shop }, session['mcp-session-id']!, 'answer');
  await endpoint.close();
  const next = await surface(t);
  const { text } = await takenUp(next.url, session, eventId, place.path);
  const executionId = /"executionId":"(exec_\w+)"/.exec(text)?.[1];
  assert.match(text, /"status":"paused"/);
  await next.runtime.executions.resume(executionId!, { action: 'accept' }, next.runtime.principals.owner);
  const same = (await (await post(next.url, toolCall(5, place.name, order), session, place.path)).json()) as Called;
  assert.deepEqual([same.result?.structuredContent.status, same.result?.structuredContent.executionId], ['done', executionId]);
  assert.equal(shop.count('POST /orders'), ordered + 1);
  const last = await surface(t);
  const fresh = await openSession(last.url, {}, '2025-11-25', place.path);
  const another = (await (await post(last.url, toolCall(6, place.name, order), fresh, place.path)).json()) as Called;
  assert.notEqual(another.result?.structuredContent.executionId, executionId, 'what was told is owed no more');
});

test('an outcome that nobody was told before the daemon ended is told to who makes the call again, whatever is shown of the source', async t => {
  const first = await surface(t);
  const path = '/mcp/shop';
  const order = { book: 11 };
  const call = async (url: string, at: string) =>
    ((await (await post(url, toolCall(3, 'orders_create', order), await openSession(url, {}, '2025-11-25', at), at)).json()) as Called)
      .result!.structuredContent;
  const { status, executionId } = await call(first.url, path);
  assert.equal(status, 'paused');
  await first.runtime.executions.resume(executionId, { action: 'accept' }, first.runtime.principals.owner);
  await first.endpoint.close();
  const next = await surface(t);
  const told = await call(next.url, `${path}?tools=orders_create`);
  assert.deepEqual([told.status, told.executionId], ['done', executionId]);
  assert.notEqual((await call(next.url, path)).executionId, executionId);
});

test('the session of a client that listens goes on, whatever it asks next; what it has not seen it gets', async t => {
  const first = await surface(t);
  const session = await openSession(first.url);
  const stream = await fetch(`${first.url}/mcp`, { headers: { ...session, ...STREAM } });
  assert.equal(stream.status, 200);
  await first.endpoint.close();
  const next = await surface(t);
  for (const id of [4, 5]) assert.equal((await post(next.url, request(id, 'ping'), session)).status, 200);
  assert.equal(next.endpoint.sessionCount, 1);
  const listening = await fetch(`${next.url}/mcp`, { headers: { ...session, ...STREAM } });
  assert.equal(listening.status, 200);
  await listening.body!.cancel();
});

test('who comes back at the same moment twice has one session', async t => {
  const first = await surface(t);
  const session = await openSession(first.url);
  await (await fetch(`${first.url}/mcp`, { headers: { ...session, ...STREAM } })).body!.cancel();
  await first.endpoint.close();
  const next = await surface(t);
  const replies = await Promise.all([6, 7, 8].map(id => post(next.url, request(id, 'tools/list'), session)));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(next.endpoint.sessionCount, 1);
});

test('a session that was ended, that is of somebody else, or that never had a stream is not found', async t => {
  const first = await surface(t);
  const [ended, plain, mine] = [await openSession(first.url), await openSession(first.url), await openSession(first.url)];
  for (const session of [ended, mine]) await (await fetch(`${first.url}/mcp`, { headers: { ...session, ...STREAM } })).body!.cancel();
  assert.equal((await fetch(`${first.url}/mcp`, { method: 'DELETE', headers: ended })).status, 200);
  while (await first.runtime.streams.find(ended['mcp-session-id']!)) await new Promise(resolve => setImmediate(resolve));
  await first.endpoint.close();
  const next = await surface(t);
  for (const session of [ended, plain, { ...mine, authorization: `Bearer ${OTHER_TOKEN}` }]) {
    assert.equal((await post(next.url, request(1, 'ping'), session)).status, 404);
  }
  assert.equal((await post(next.url, request(1, 'ping'), mine)).status, 200);
});

test('what is kept is bounded, and nothing of it is left when the session ends', async t => {
  const { url, runtime } = await surface(t, { hold: { progressSeconds: 60, progressEverySeconds: 0.002 } });
  const session = await openSession(url, {}, '2025-11-25');
  const id = session['mcp-session-id']!;
  const body = toolCall(3, 'execute', { code: 'await sleep(3600_000)' }, { progressToken: 'p' });
  const reply = await post(url, body, { ...session, ...STREAM });
  let told = 0;
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    told += chunk.match(/notifications\/progress/g)?.length ?? 0;
    if (told > 70) break;
  }
  const [stream] = (await runtime.streams.find(id))!.streams;
  assert.ok(stream!.frames.length <= 64, `${stream!.frames.length} frames`);
  await runtime.executions.cancel(stream!.requests[0]!.executionId!, runtime.principals.owner);
  await fetch(`${url}/mcp`, { method: 'DELETE', headers: session });
  while (await runtime.streams.find(id)) await new Promise(resolve => setImmediate(resolve));
});

test('calls that are answered at once leave nothing behind', async t => {
  const { url, runtime } = await surface(t);
  const session = await openSession(url);
  assert.equal((await post(url, toolCall(1, 'call', { path: 'shop.books.list' }), session)).status, 200);
  assert.equal(await runtime.streams.find(session['mcp-session-id']!), undefined);
});

test('a request of which nothing is known is answered with that, not left open', async t => {
  const { url, runtime } = await surface(t);
  const id = randomUUID();
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  runtime.streams.keepStream(id, 1, { requests: [{ id: 9 }], isListening: false });
  await runtime.streams.keepSession(id, { principalId: runtime.principals.local.id, initialize, at: new Date().toISOString() });
  const { text } = await takenUp(url, { 'mcp-session-id': id }, '1-0');
  assert.match(text, /"id":9,"error":\{"code":-32603,"message":"[^"]*It may have run/);
});
