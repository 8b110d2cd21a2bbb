import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { envelope, openSession, post, request, toolCall } from '../mcp/raw.ts';
import { OTHER_TOKEN, surface } from '../mcp/surface.ts';

const TASKS = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at, not typed
type Wire = any;

/** A 2026-07-28 client that knows tasks, with what else it can do. */
function client(url: string, { token, able = {}, path = '/mcp' }: { token?: string; able?: object; path?: string } = {}) {
  const meta = { ...envelope, [CAPABILITIES]: { extensions: { [TASKS]: {} }, ...able } };
  const send = async (method: string, params: Record<string, unknown>, name: unknown): Promise<Wire> => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': String(name) };
    const body = request(1, method, { ...params, _meta: meta });
    return (await post(url, body, { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }, path)).json();
  };
  const task =
    (method: string) =>
    (taskId: string, more: Record<string, unknown> = {}) =>
      send(method, { taskId, ...more }, taskId);
  return {
    call: (name: string, args: Record<string, unknown>) => send('tools/call', { name, arguments: args }, name),
    get: task('tasks/get'),
    update: task('tasks/update'),
    cancel: task('tasks/cancel'),
    send,
  };
}

/** The task once `fits` says so: it is asked for again and again, as the protocol wants it. */
async function polled(from: ReturnType<typeof client>, taskId: string, fits: (task: Wire) => boolean): Promise<Wire> {
  for (;;) {
    const { result } = await from.get(taskId);
    if (fits(result)) return result;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

const soon = { hold: { taskSeconds: 0.02 } };
const slowRead = { path: 'shop.books.list', input: { delayMs: 300 } };
const order = { path: 'shop.orders.create', input: { book: 5 } };
const isOver = ({ status }: Wire) => ['completed', 'failed', 'cancelled'].includes(status);

test('2026-07-28: a call that takes long is a task, and its id is that of the execution', async t => {
  const s = await surface(t, soon);
  const mine = client(s.url);
  const { result } = await mine.call('call', slowRead);
  assert.deepEqual([result.resultType, result.status, result.requestState], ['task', 'working', undefined]);
  assert.equal(s.runtime.executions.get(result.taskId, s.runtime.principals.owner).tool, 'shop.books.list');
  const task = await polled(client(s.url), result.taskId, isOver);
  assert.deepEqual([task.resultType, task.status, task.result.structuredContent.status], ['complete', 'completed', 'done']);
  assert.deepEqual(task.result.structuredContent.result, [{ id: 1, title: 'Dune' }]);
  assert.ok(task.lastUpdatedAt >= task.createdAt && task.ttlMs > 0 && task.pollIntervalMs > 0);
});

test('2026-07-28: what is answered soon is no task, nor is a call of a client that does not know tasks', async t => {
  const s = await surface(t, { hold: { taskSeconds: 60 } });
  const quick = await client(s.url).call('call', { path: 'shop.books.list' });
  assert.deepEqual([quick.result.resultType, quick.result.structuredContent.status], ['complete', 'done']);
  const unknowing = await surface(t, { hold: { taskSeconds: 0, seconds: 0.02 } });
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'call' };
  const { result } = (await (await post(unknowing.url, toolCall(1, 'call', slowRead, envelope), headers)).json()) as Wire;
  assert.deepEqual([result.resultType, result.structuredContent.status], ['complete', 'running']);
});

test('2026-07-28: who has not declared tasks is told so; whose task it is not, that there is none', async t => {
  const s = await surface(t, soon);
  const { taskId } = (await client(s.url).call('call', slowRead)).result;
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': taskId };
    const reply = await post(s.url, request(1, method, { taskId, _meta: envelope }), headers);
    const { error } = (await reply.json()) as Wire;
    assert.deepEqual([reply.status, error.code, error.data], [400, -32021, { requiredCapabilities: { extensions: { [TASKS]: {} } } }]);
    const other = client(s.url, { token: OTHER_TOKEN });
    assert.equal((await other.send(method, { taskId }, taskId)).error.code, -32602);
    assert.equal((await other.send(method, { taskId: 'exec_none' }, 'exec_none')).error.code, -32602);
  }
  for (const method of ['tasks/list', 'tasks/result'])
    assert.equal((await client(s.url).send(method, { taskId }, taskId)).error.code, -32601);
  const { result } = await client(s.url).send('server/discover', {}, undefined);
  assert.deepEqual([result.capabilities.extensions[TASKS], result.capabilities.tasks], [{}, undefined]);
});

test('2026-07-28: a task that waits for somebody else says where; once approved there, it completes', async t => {
  const s = await surface(t, soon);
  const mine = client(s.url);
  const { taskId, resultType } = (
    await mine.call('execute', { code: 'await sleep(200); return (await tools.shop.orders.create({ book: 5 })).book' })
  ).result;
  assert.equal(resultType, 'task');
  const waiting = await polled(mine, taskId, ({ statusMessage = '' }) => statusMessage.includes('Waits'));
  assert.equal(waiting.status, 'working');
  assert.match(waiting.statusMessage, new RegExp(`${s.url}/resume/${taskId}`));
  await s.runtime.executions.resume(taskId, { action: 'accept' }, s.runtime.principals.owner);
  const { status, result } = await polled(mine, taskId, isOver);
  assert.deepEqual([status, result.structuredContent.result], ['completed', 5]);
});

test('2026-07-28: a client that opens links is asked for one, and saying yes to it approves nothing', async t => {
  const s = await surface(t, soon);
  const { executionId } = (await client(s.url).call('call', order)).result.structuredContent;
  const links = client(s.url, { able: { elicitation: { url: {} } } });
  const { status, inputRequests } = (await links.get(executionId)).result;
  const [[key, question]] = Object.entries(inputRequests) as [[string, Wire]];
  assert.deepEqual([status, question.params.url], ['input_required', `${s.url}/resume/${executionId}`]);
  for (const name of [key, `${executionId}.1`]) {
    const { result } = await links.update(executionId, { inputResponses: { [name]: { action: 'accept', content: {} } } });
    assert.equal(result.resultType, 'complete');
  }
  assert.equal((await links.get(executionId)).result.status, 'input_required');
});

test('2026-07-28: whoever may approve gets the form, and its answer counts; keys nobody asked for do not', async t => {
  const s = await surface(t, soon);
  const { executionId } = (await client(s.url).call('call', order)).result.structuredContent;
  const owner = client(s.url, { token: s.runtime.token, able: { elicitation: { form: {} } } });
  const { status, inputRequests } = (await owner.get(executionId)).result;
  assert.deepEqual([status, Object.keys(inputRequests)], ['input_required', [`${executionId}.1`]]);
  await owner.update(executionId, { inputResponses: { 'no-such-key': { action: 'accept', content: {} } } });
  assert.equal((await owner.get(executionId)).result.status, 'input_required');
  await owner.update(executionId, { inputResponses: { [`${executionId}.1`]: { action: 'accept', content: {} } } });
  const task = await polled(owner, executionId, isOver);
  assert.deepEqual([task.status, task.result.structuredContent.status], ['completed', 'done']);
});

test('2026-07-28: a failure completes its task with an error in the result; a cancelled one is cancelled, also twice', async t => {
  const s = await surface(t, soon);
  const mine = client(s.url);
  const failing = (await mine.call('execute', { code: 'await sleep(200); throw new Error("no")' })).result;
  const failed = await polled(mine, failing.taskId, isOver);
  assert.deepEqual([failed.status, failed.result.isError], ['completed', true]);
  const { taskId } = (await mine.call('execute', { code: 'await sleep(3600_000)' })).result;
  assert.deepEqual(Object.keys((await mine.cancel(taskId)).result).sort(), ['_meta', 'resultType']);
  assert.equal((await polled(mine, taskId, isOver)).status, 'cancelled');
  assert.equal((await mine.cancel(taskId)).result.resultType, 'complete');
});

test('2026-07-28: at a source shown by itself its calls are tasks, and only its own', async t => {
  const s = await surface(t, soon);
  const shop = client(s.url, { path: '/mcp/shop' });
  const { result } = await shop.call('books_list', { delayMs: 300 });
  assert.equal(result.resultType, 'task');
  const task = await polled(shop, result.taskId, isOver);
  assert.deepEqual(task.result.structuredContent.result, [{ id: 1, title: 'Dune' }]);
  const program = (await client(s.url).call('execute', { code: 'await sleep(200)' })).result;
  assert.equal((await shop.get(program.taskId)).error.code, -32602);
});

/** What comes on a stream that listens to tasks, message by message; ended with the test. */
async function* heard(
  t: TestContext,
  url: string,
  notifications: object,
  { path = '/mcp', token }: { path?: string; token?: string } = {},
) {
  const gone = new AbortController();
  t.after(() => gone.abort());
  const meta = { ...envelope, [CAPABILITIES]: { extensions: { [TASKS]: {} } } };
  const reply = await fetch(url + path, {
    method: 'POST',
    signal: gone.signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request(9, 'subscriptions/listen', { notifications, _meta: meta })),
  });
  assert.equal(reply.status, 200);
  let text = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    const frames = (text + chunk).split('\n\n');
    text = frames.pop() ?? '';
    for (const line of frames.flatMap(frame => frame.split('\n'))) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
  }
}

for (const [path, name, args] of [
  ['/mcp', 'execute', { code: 'return (await tools.shop.orders.create({ book: 6 })).book' }],
  ['/mcp/shop', 'orders_create', { book: 6 }],
] as const) {
  test(`2026-07-28: who listens to a task at ${path} is told of it without asking, each time what tasks/get says`, async t => {
    const s = await surface(t, soon);
    const mine = client(s.url, { path });
    const first = (await mine.call(name, args)).result;
    const taskId: string = first.taskId ?? first.structuredContent.executionId;
    const messages = heard(t, s.url, { taskIds: [taskId, 'exec_none'] }, { path });
    const next = async (): Promise<Wire> => (await messages.next()).value;
    const acknowledged = await next();
    assert.deepEqual(acknowledged.params.notifications, { taskIds: [taskId] }, 'of what is not there nothing is promised');
    let told = await next();
    while (!told.params.statusMessage?.includes('Waits')) told = await next();
    assert.deepEqual([told.method, told.params.taskId, told.params.status], ['notifications/tasks', taskId, 'working']);
    assert.equal(told.params._meta['io.modelcontextprotocol/subscriptionId'], 9);
    await s.runtime.executions.resume(taskId, { action: 'accept' }, s.runtime.principals.owner);
    while (!isOver(told.params)) told = await next();
    const { _meta: _, ...task } = told.params;
    const { _meta: __, resultType: ___, ...asked } = (await mine.get(taskId)).result;
    assert.deepEqual(task, asked);
  });
}

test('2026-07-28: of tasks hears only who has declared them, and whose they are; other lists are heard of on the same stream', async t => {
  const s = await surface(t, soon);
  const { taskId } = (await client(s.url).call('execute', { code: 'await sleep(3600_000)' })).result;
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
  const unknowing = request(9, 'subscriptions/listen', { notifications: { taskIds: [taskId] }, _meta: envelope });
  const reply = await post(s.url, unknowing, headers);
  const { error, id } = (await reply.json()) as Wire;
  assert.deepEqual([reply.status, id, error.code, error.data], [400, 9, -32021, { requiredCapabilities: { extensions: { [TASKS]: {} } } }]);
  const others = heard(t, s.url, { taskIds: [taskId], toolsListChanged: true }, { token: OTHER_TOKEN });
  assert.deepEqual((await others.next()).value.params.notifications, { toolsListChanged: true, taskIds: [] });
  await s.runtime.sources.add({ ...s.shop.source, namespace: `bar${Date.now()}` });
  assert.equal((await others.next()).value.method, 'notifications/tools/list_changed');
  await s.runtime.executions.cancel(taskId, s.runtime.principals.owner);
});

async function v1(t: TestContext, url: string): Promise<ClientV1> {
  const known = new ClientV1({ name: 'tasks-v1', version: '1' }, { capabilities: { tasks: { list: {}, cancel: {} } } });
  await known.connect(new HttpV1(new URL('/mcp', url)) as Parameters<ClientV1['connect']>[0]);
  t.after(() => known.close());
  return known;
}

test('2025-11-25: the official client makes a call a task, hears of it, and gets the result', async t => {
  const s = await surface(t);
  const known = await v1(t, s.url);
  const { tools } = await known.listTools();
  assert.deepEqual(
    tools.filter(({ execution }) => execution?.taskSupport === 'optional').map(({ name }) => name),
    ['call', 'execute', 'resume'],
  );
  const seen: string[] = [];
  let last: Wire;
  for await (const message of known.experimental.tasks.callToolStream({ name: 'call', arguments: slowRead }, undefined, { task: {} })) {
    seen.push(message.type);
    last = message;
  }
  assert.deepEqual([seen[0], last.type, last.result.structuredContent.status], ['taskCreated', 'result', 'done'], JSON.stringify(last));
  const { executionId } = last.result.structuredContent;
  assert.equal(last.result._meta['io.modelcontextprotocol/related-task'].taskId, executionId);
  const other = await v1(t, s.url);
  assert.equal((await other.experimental.tasks.getTask(executionId)).status, 'completed');
  assert.ok((await other.experimental.tasks.listTasks()).tasks.some(({ taskId }) => taskId === executionId));
});

test('2025-11-25: a task that waits is resumed by others, its result is waited for; one can be cancelled once', async t => {
  const s = await surface(t);
  const session = await openSession(s.url, {}, '2025-11-25');
  const ask = async (method: string, params: Record<string, unknown>): Promise<Wire> =>
    (await post(s.url, request(7, method, params), { ...session, accept: 'application/json' })).json();
  const create = async (args: Record<string, unknown>) =>
    (await ask('tools/call', { name: 'call', arguments: args, task: { ttl: 60_000 } })).result.task;
  const { taskId, status } = await create(order);
  assert.equal(status, 'working');
  const [waited] = await Promise.all([
    ask('tasks/result', { taskId }),
    s.runtime.executions
      .wait(taskId, s.runtime.principals.owner)
      .then(() => s.runtime.executions.resume(taskId, { action: 'accept' }, s.runtime.principals.owner)),
  ]);
  assert.equal(waited.result.structuredContent.status, 'done');
  const cancelled = await create(order);
  assert.equal((await ask('tasks/cancel', { taskId: cancelled.taskId })).result.status, 'cancelled');
  assert.equal((await ask('tasks/cancel', { taskId: cancelled.taskId })).error.code, -32602);
  assert.equal((await ask('tools/call', { name: 'search', arguments: {}, task: {} })).error.code, -32601);
  assert.equal((await ask('tasks/update', { taskId, inputResponses: {} })).error.code, -32601);
});
