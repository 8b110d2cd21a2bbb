import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { envelope, post, request } from '../mcp/raw.ts';
import { Gone, ScriptedSession, statelessCall, type Wire } from '../mcp/scripted.ts';
import { shop } from '../mcp/shop.ts';

/** A daemon with a shop that dies after each message it has answered. */
async function mortal(t: Parameters<typeof temporaryDataDir>[0]) {
  const dataDir = temporaryDataDir(t);
  const bookshop = await shop(t);
  let daemon: DaemonProcess = await startDaemon(t, dataDir);
  await daemon.api.post('/api/sources', bookshop.source);
  assert.equal((await daemon.api.get('/api/sources/shop?wait=60')).body.state, 'ready');
  return {
    bookshop,
    daemon: () => daemon,
    async dies() {
      await daemon.kill();
      daemon = await startDaemon(t, dataDir);
    },
  };
}

const order = { path: 'shop.orders.create', input: { book: 1 } };
const manner = { name: 'mortal', version: '2025-11-25' as const };

test('a daemon killed between every two messages of a session that listens: the session is never lost, the order leaves once', async t => {
  const { bookshop, daemon, dies } = await mortal(t);
  let session = await ScriptedSession.open(daemon().url, manner);
  const stop = await session.listen();
  await dies();
  stop();
  const after = async (method: string, params: Record<string, unknown>): Promise<Wire> => {
    session = session.at(daemon().url);
    const result = await session.ask(method, params);
    await dies();
    return result.structuredContent ?? result;
  };
  const tool = (name: string, args: Record<string, unknown>) => after('tools/call', { name, arguments: args });
  assert.equal((await after('tools/list', {})).tools.length, 5);
  assert.equal((await tool('search', { query: 'create an order' })).items[0].path, 'shop.orders.create');
  assert.equal((await tool('call', { path: 'shop.books.list' })).status, 'done');
  const { executionId, status } = await tool('call', order);
  assert.equal(status, 'paused');
  assert.equal((await daemon().api.resume(executionId)).body.state, 'done');
  await dies();
  assert.equal((await tool('resume', { executionId })).status, 'done');
  assert.equal((await tool('resume', { executionId })).status, 'done');
  assert.equal(bookshop.count('POST /orders'), 1);
});

test('so it is where a source is shown by itself: the same call tells what became of it, whenever the daemon was killed', async t => {
  const { bookshop, daemon, dies } = await mortal(t);
  let session = await ScriptedSession.open(daemon().url, { ...manner, path: '/mcp/shop' });
  const stop = await session.listen();
  await dies();
  stop();
  const tool = async (name: string, args: Record<string, unknown>): Promise<Wire> => {
    session = session.at(daemon().url);
    const result = await session.call(name, args);
    await dies();
    return result;
  };
  assert.equal((await tool('books_list', {})).status, 'done');
  const { executionId, status } = await tool('orders_create', { book: 1 });
  assert.equal(status, 'paused');
  const again = await tool('orders_create', { book: 1 });
  assert.deepEqual([again.status, again.executionId], ['paused', executionId]);
  assert.equal((await daemon().api.resume(executionId)).body.state, 'done');
  await dies();
  const told = await tool('orders_create', { book: 1 });
  assert.deepEqual([told.status, told.executionId], ['done', executionId], 'approved and ended before anybody asked again');
  assert.equal(bookshop.count('POST /orders'), 1);
});

test('a daemon killed between every two messages of a session without a stream: a 404, and a new session goes on', async t => {
  const { bookshop, daemon, dies } = await mortal(t);
  let session = await ScriptedSession.open(daemon().url, manner);
  let renewed = 0;
  const tool = async (name: string, args: Record<string, unknown>): Promise<Wire> => {
    await dies();
    session = session.at(daemon().url);
    try {
      return await session.call(name, args);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      renewed++;
      session = await ScriptedSession.open(daemon().url, manner);
      return session.call(name, args);
    }
  };
  assert.equal((await tool('call', { path: 'shop.books.list' })).status, 'done');
  const { executionId } = await tool('call', order);
  assert.equal((await daemon().api.resume(executionId)).body.state, 'done');
  assert.equal((await tool('resume', { executionId })).status, 'done');
  assert.deepEqual([renewed, bookshop.count('POST /orders')], [3, 1]);
});

test('a daemon killed between every two requests of a stateless client: rounds and tasks go on where they were', async t => {
  const { bookshop, daemon, dies } = await mortal(t);
  const able = { elicitation: { url: {} } };
  const question = await statelessCall(daemon().url, 'call', order, { able });
  assert.equal(question.resultType, 'input_required');
  await dies();
  const executionId: string = Object.values<Wire>(question.inputRequests)[0].params.url.split('/').at(-1);
  const task = async (): Promise<Wire> => {
    const meta = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } } };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tasks/get', 'mcp-name': executionId };
    const reply = await post(daemon().url, request(1, 'tasks/get', { taskId: executionId, _meta: meta }), headers);
    return ((await reply.json()) as Wire).result;
  };
  assert.equal((await task()).status, 'working');
  await dies();
  assert.equal((await daemon().api.resume(executionId)).body.state, 'done');
  await dies();
  const more = { requestState: question.requestState, inputResponses: { link: { action: 'accept' } } };
  assert.equal((await statelessCall(daemon().url, 'call', order, { able, more })).structuredContent.status, 'done');
  await dies();
  assert.equal((await task()).result.structuredContent.status, 'done');
  assert.equal(bookshop.count('POST /orders'), 1);
});
