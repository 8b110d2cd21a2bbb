import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { serveReference } from '../conformance/reference/server.ts';
import { cancelled } from '../conformance/reference/tools.ts';
import { envelope, openSession, post, request, toolCall } from '../mcp/raw.ts';
import { OTHER_TOKEN, surface } from '../mcp/surface.ts';

type Surface = Awaited<ReturnType<typeof surface>>;
type Called = { content: { type: string; text?: string }[]; structuredContent?: Record<string, unknown>; isError?: boolean };

const references: Awaited<ReturnType<typeof serveReference>>[] = [];
let added: Promise<void> | undefined;

/** The reference servers as sources of the runtime that the tests of this file share; what they have may be called. */
function withReferences({ runtime }: Surface): Promise<void> {
  added ??= (async () => {
    for (const [at, era] of (['2025', '2026'] as const).entries()) {
      await runtime.sources.add({ namespace: `ref${era}`, url: references[at]!.url, allowPrivate: true });
      assert.equal((await runtime.sources.wait(`ref${era}`)).state, 'ready');
      await runtime.policies.put({ pattern: `ref${era}.**`, decision: 'allow' });
    }
  })();
  return added;
}

before(async () => {
  references.push(await serveReference(0, '2025'), await serveReference(0, '2026'));
});
after(async () => {
  await Promise.all(references.map(reference => reference.close()));
});

async function v1(t: TestContext, s: Surface, path: string, prepare: (client: ClientV1) => void = () => {}, more: { roots?: object } = {}) {
  const capabilities = { sampling: {}, elicitation: { form: {} }, ...more };
  const client = new ClientV1({ name: 'v1', version: '1' }, { capabilities });
  prepare(client);
  await client.connect(new HttpV1(new URL(path, s.url)) as Parameters<ClientV1['connect']>[0]);
  t.after(() => client.close());
  return client;
}

async function v2(t: TestContext, s: Surface, path: string, prepare: (client: ClientV2) => void = () => {}) {
  const capabilities = { sampling: {}, elicitation: { form: {} } };
  const client = new ClientV2({ name: 'v2', version: '1' }, { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } });
  prepare(client);
  await client.connect(new HttpV2(new URL(path, s.url)));
  t.after(() => client.close());
  return client;
}

test('an API is shown under names and with schemas that every known client takes', async t => {
  const s = await surface(t);
  const { tools } = await (await v1(t, s, '/mcp/shop')).listTools();
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['books_list', 'orders_create', 'reports_get']);
  for (const { name, inputSchema } of tools) {
    assert.match(name, /^[A-Za-z0-9_-]{1,60}$/);
    assert.equal(inputSchema.type, 'object');
    assert.ok(!JSON.stringify(inputSchema).includes('$ref'), name);
  }
  const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint]));
  assert.deepEqual(hints, { books_list: true, orders_create: false, reports_get: true });
});

test('patterns narrow what is shown, and what can be called', async t => {
  const s = await surface(t);
  for (const patterns of ['books.*', 'shop.books.list', 'books_list', 'books.**,nothing.at.all']) {
    const client = await v2(t, s, `/mcp/shop?tools=${patterns}`);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['books_list'],
      patterns,
    );
    await assert.rejects(client.callTool({ name: 'orders_create', arguments: { book: 1 } }), /Unknown tool/);
  }
});

test('a read runs, a write waits for a person; asked again, the same call tells its outcome and nothing runs twice', async t => {
  const s = await surface(t);
  const client = await v1(t, s, '/mcp/shop');
  const read = (await client.callTool({ name: 'books_list', arguments: {} })) as Called;
  assert.deepEqual(read.structuredContent?.result, [{ id: 1, title: 'Dune' }]);
  const ordered = s.shop.count('POST /orders');
  const write = { name: 'orders_create', arguments: { book: 77 } };
  const paused = (await client.callTool(write)) as Called;
  assert.equal(paused.structuredContent?.status, 'paused');
  const again = (await client.callTool(write)) as Called;
  const { executionId } = paused.structuredContent as { executionId: string };
  assert.equal(again.structuredContent?.executionId, executionId);
  await s.runtime.executions.resume(executionId, { action: 'accept' }, s.runtime.principals.owner);
  const done = (await client.callTool(write)) as Called;
  assert.deepEqual([done.structuredContent?.status, done.structuredContent?.executionId], ['done', executionId]);
  assert.equal(s.shop.count('POST /orders'), ordered + 1);
  const fresh = (await client.callTool(write)) as Called;
  assert.notEqual(fresh.structuredContent?.executionId, executionId);
});

test('what waits since before the endpoint was opened is found again by the same call', async t => {
  const first = await surface(t);
  const write = { name: 'orders_create', arguments: { book: 78 } };
  const paused = (await (await v1(t, first, '/mcp/shop')).callTool(write)) as Called;
  const second = await surface(t);
  const again = (await (await v2(t, second, '/mcp/shop')).callTool(write)) as unknown as Called;
  assert.equal(again.structuredContent?.executionId, paused.structuredContent?.executionId);
});

test('a blocked tool is not there', async t => {
  const s = await surface(t);
  const rule = await s.runtime.policies.put({ pattern: 'shop.reports.get', decision: 'block' });
  t.after(() => s.runtime.policies.remove(rule.id));
  const client = await v1(t, s, '/mcp/shop');
  assert.ok(!(await client.listTools()).tools.some(({ name }) => name === 'reports_get'));
  await assert.rejects(client.callTool({ name: 'reports_get' }), /Unknown tool/);
});

test('a source that is not there is 404, and so is one outside of a token', async t => {
  const s = await surface(t);
  const body = request(1, 'tools/list');
  assert.equal((await post(s.url, body, {}, '/mcp/nothing')).status, 404);
  const { token } = await s.runtime.tokens.create({ name: 'narrow', role: 'agent', tools: ['other.**'] });
  assert.equal((await post(s.url, body, { authorization: `Bearer ${token}` }, '/mcp/shop')).status, 404);
});

test('a session of one source is none of another, nor of another principal', async t => {
  const s = await surface(t);
  const session = await openSession(s.url, {}, '2025-06-18', '/mcp/shop');
  assert.equal((await post(s.url, request(1, 'ping'), session, '/mcp/shop')).status, 200);
  assert.equal((await post(s.url, request(1, 'ping'), session)).status, 404);
  assert.equal((await post(s.url, request(1, 'ping'), session, '/mcp/shop?tools=books.*')).status, 404);
  assert.equal((await post(s.url, request(1, 'ping'), { ...session, authorization: `Bearer ${OTHER_TOKEN}` }, '/mcp/shop')).status, 404);
});

test('a write of an agent whose client opens links is put to a person as a link (2026-07-28)', async t => {
  const s = await surface(t, { hold: { personSeconds: 0.1 } });
  const able = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'orders_create' };
  const body = toolCall(1, 'orders_create', { book: 79 }, able);
  const send = async (extra: Record<string, unknown>) => {
    const reply = await post(s.url, { ...body, params: { ...body.params, ...extra } }, headers, '/mcp/shop');
    return ((await reply.json()) as { result: Record<string, unknown> }).result;
  };
  const first = await send({});
  assert.equal(first.resultType, 'input_required');
  const { requestState } = first;
  const executionId = /[/]resume[/](\w+)/.exec(JSON.stringify(first.inputRequests))?.[1] ?? '';
  await s.runtime.executions.resume(executionId, { action: 'accept' }, s.runtime.principals.owner);
  const last = await send({ requestState, inputResponses: { link: { action: 'accept' } } });
  assert.deepEqual((last.structuredContent as Record<string, unknown>).status, 'done');
});

for (const era of ['2025', '2026'] as const) {
  test(`an MCP server of ${era} is shown as it is: tools, resources, prompts, completions`, async t => {
    const s = await surface(t);
    await withReferences(s);
    const direct = new ClientV2({ name: 'direct', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await direct.connect(new HttpV2(new URL(references[era === '2025' ? 0 : 1]!.url)));
    t.after(() => direct.close());
    const through = await v2(t, s, `/mcp/ref${era}`);
    const sorted = async (client: ClientV2) =>
      (await client.listTools()).tools
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
    assert.deepEqual(await sorted(through), await sorted(direct));
    assert.deepEqual((await through.listResources()).resources, (await direct.listResources()).resources);
    assert.deepEqual((await through.listPrompts()).prompts, (await direct.listPrompts()).prompts);
    const { contents } = await through.readResource({ uri: 'test://template/7/data' });
    assert.match(JSON.stringify(contents), /Data for ID: 7/);
    const completed = await through.complete({
      ref: { type: 'ref/prompt', name: 'test_simple_prompt' },
      argument: { name: 'a', value: 'p' },
    });
    assert.deepEqual(completed.completion.values, ['paris', 'park']);
    await assert.rejects(through.readResource({ uri: 'test://no/such' }), /not found/i);
  });
}

test('a 2025 client samples for the server, tells its roots, fills its forms, hears its progress and its log', async t => {
  const s = await surface(t);
  await withReferences(s);
  const heard: unknown[] = [];
  const prepare = (c: ClientV1) => {
    c.setRequestHandler(CreateMessageRequestSchema, () => ({ model: 'm', role: 'assistant', content: { type: 'text', text: 'Paris' } }));
    c.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { username: 'ada', email: 'ada@example.org' } }));
    c.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home/ada/work' }] }));
    c.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params.data));
  };
  const client = await v1(t, s, '/mcp/ref2025', prepare, { roots: {} });
  const sampled = (await client.callTool({ name: 'test_sampling', arguments: { prompt: 'capital?' } })) as Called;
  assert.equal(sampled.content[0]?.text, 'LLM response: Paris');
  const rooted = (await client.callTool({ name: 'roots_of_client' })) as Called;
  assert.equal(rooted.content[0]?.text, 'file:///home/ada/work');
  const rootless = await v1(t, s, '/mcp/ref2025');
  assert.equal(((await rootless.callTool({ name: 'roots_of_client' })) as Called).content[0]?.text, 'nowhere');
  const filled = (await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who?' } })) as Called;
  assert.match(filled.content[0]?.text ?? '', /action=accept.*ada@example\.org/);
  const progress: number[] = [];
  const onprogress = ({ progress: at }: { progress: number }) => void progress.push(at);
  await client.callTool({ name: 'test_tool_with_progress' }, undefined, { onprogress });
  assert.deepEqual(progress, [0, 50, 100]);
  await client.callTool({ name: 'test_tool_with_logging' });
  assert.equal(heard.length, 3);
  const kept = await s.runtime.executions.list({ source: 'ref2025' }, s.runtime.principals.owner);
  assert.ok(kept.items.some(({ tool }) => tool === 'ref2025.test_sampling'));
});

test('a 2026-07-28 client does so between its requests, in rounds', async t => {
  const s = await surface(t);
  await withReferences(s);
  const asked: string[] = [];
  const client = await v2(t, s, '/mcp/ref2026', c => {
    c.setRequestHandler('sampling/createMessage', () => {
      asked.push('sampling');
      return { model: 'm', role: 'assistant' as const, content: { type: 'text' as const, text: 'Paris' } };
    });
    c.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept' as const, content: params.message.includes('color') ? { color: 'blue' } : { name: 'ada' } };
    });
  });
  const call = async (name: string) => JSON.stringify(((await client.callTool({ name })) as unknown as Called).content);
  assert.match(await call('test_input_required_result_sampling'), /Paris/);
  assert.match(await call('test_input_required_result_multiple_inputs'), /all there.*ada/);
  assert.match(await call('test_input_required_result_multi_round'), /Both were said/);
  assert.deepEqual([...asked.slice(0, 3)].sort(), ['What is your name?', 'sampling', 'sampling']);
  assert.deepEqual(asked.slice(-2), ['Step 1: What is your name?', 'Step 2: What is your favorite color?']);
});

test('what a server asks at once of a task is put together, answered in any order, and what was said to one stays said', async t => {
  const s = await surface(t, { hold: { taskSeconds: 0 } });
  await withReferences(s);
  const capabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
  const _meta = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': capabilities };
  const ask = async (method: string, name: string, params: Record<string, unknown>) => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': name };
    const reply = await post(s.url, request(1, method, { ...params, _meta }), headers, '/mcp/ref2026');
    return ((await reply.json()) as { result: TaskSeen }).result;
  };
  const { taskId } = await ask('tools/call', 'multi_input', { name: 'multi_input', arguments: {} });
  const seen = () => ask('tasks/get', taskId, { taskId });
  const settled = async () => {
    for (;;) {
      const task = await seen();
      if (task.status !== 'working') return task;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  };
  const say = (key: string, confirm: boolean) =>
    ask('tasks/update', taskId, { taskId, inputResponses: { [key]: { action: 'accept', content: { confirm } } } });
  let task = await settled();
  assert.deepEqual([task.status, Object.keys(task.inputRequests ?? {})], ['input_required', ['first', 'second']]);
  await say('second', false);
  task = await seen();
  assert.deepEqual([task.status, Object.keys(task.inputRequests ?? {})], ['input_required', ['first']]);
  await say('second', true);
  await say('first', true);
  task = await settled();
  assert.equal(task.status, 'completed');
  const answers = /^Said: (.*)$/.exec(task.result?.content[0]?.text ?? '')?.[1] ?? '';
  assert.deepEqual(JSON.parse(answers), {
    first: { action: 'accept', content: { confirm: true } },
    second: { action: 'accept', content: { confirm: false } },
  });
});

interface TaskSeen {
  taskId: string;
  status: string;
  inputRequests?: Record<string, unknown>;
  result?: Called;
}

test("the server's own failures and errors come through as they are", async t => {
  const s = await surface(t);
  await withReferences(s);
  const client = await v1(t, s, '/mcp/ref2025');
  const failed = (await client.callTool({ name: 'test_error_handling' })) as Called;
  assert.deepEqual(
    [failed.isError, failed.content],
    [true, [{ type: 'text', text: 'This tool intentionally returns an error for testing' }]],
  );
  assert.equal(failed.structuredContent, undefined);
  await assert.rejects(client.getPrompt({ name: 'no such prompt' }), /Unknown prompt/);
});

for (const era of ['2025', '2026'] as const) {
  test(`who has subscribed to a resource of a server of ${era} hears that it has changed, whatever revision they speak`, async t => {
    const s = await surface(t);
    await withReferences(s);
    const uri = 'test://watched-resource';
    const deferred = () => {
      let tell = (_: string) => {};
      const told = new Promise<string>(resolve => {
        tell = resolve;
      });
      return { told, tell: (uri: string) => tell(uri) };
    };
    const [session, stream] = [deferred(), deferred()];
    const older = await v1(t, s, `/mcp/ref${era}`, c =>
      c.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => session.tell(params.uri)),
    );
    const newer = await v2(t, s, `/mcp/ref${era}`, c =>
      c.setNotificationHandler('notifications/resources/updated', ({ params }) => stream.tell(params.uri)),
    );
    await older.subscribeResource({ uri });
    const subscription = await newer.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [uri]);
    await older.callTool({ name: 'touch' });
    assert.deepEqual(await Promise.all([session.told, stream.told]), [uri, uri]);
    await subscription.close();
    await older.unsubscribeResource({ uri });
  });

  test(`a 2026-07-28 client alone subscribes at a server of ${era}`, async t => {
    const s = await surface(t);
    await withReferences(s);
    let heard = (_: string) => {};
    const told = new Promise<string>(resolve => {
      heard = resolve;
    });
    const client = await v2(t, s, `/mcp/ref${era}`, c =>
      c.setNotificationHandler('notifications/resources/updated', ({ params }) => heard(params.uri)),
    );
    await client.listen({ resourceSubscriptions: ['test://watched-resource'] });
    await client.callTool({ name: 'touch' });
    assert.equal(await told, 'test://watched-resource');
  });
}

test('a client that listens is told of its resources also by the next daemon, without subscribing again', async t => {
  const first = await surface(t);
  await withReferences(first);
  const path = '/mcp/ref2025';
  const uri = 'test://watched-resource';
  const listening = { accept: 'text/event-stream' };
  const session = await openSession(first.url, {}, '2025-06-18', path);
  await (await fetch(first.url + path, { headers: { ...session, ...listening } })).body!.cancel();
  assert.equal((await post(first.url, request(1, 'resources/subscribe', { uri }), session, path)).status, 200);
  const other = request(2, 'resources/subscribe', { uri: 'test://static-text' });
  assert.equal((await post(first.url, other, session, path)).status, 200);
  assert.equal((await post(first.url, { ...other, id: 3, method: 'resources/unsubscribe' }, session, path)).status, 200);
  const sessionId = session['mcp-session-id']!;
  const held = async () => (await first.runtime.streams.find(sessionId))?.row.standing;
  while ((await held())?.length !== 1) await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(await held(), [{ method: 'resources/subscribe', params: { uri } }]);
  await first.endpoint.close();

  const next = await surface(t);
  const stream = await fetch(next.url + path, { headers: { ...session, ...listening } });
  assert.equal(stream.status, 200);
  const heard = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let isOver = false;
  const told = (async () => {
    while (!isOver) {
      const { value, done } = await heard.read();
      text += value ?? '';
      isOver = done || text.includes('notifications/resources/updated');
    }
  })();
  // Until the server knows again who listens, nobody hears of a change.
  for (let id = 5; !isOver; id++) assert.equal((await post(next.url, toolCall(id, 'touch', {}), session, path)).status, 200);
  await told;
  assert.match(text, /test:\/\/watched-resource/);
  await heard.cancel();
});

test('a call that the client cancels is cancelled at the server', async t => {
  const s = await surface(t);
  await withReferences(s);
  const before = cancelled.count;
  const client = await v1(t, s, '/mcp/ref2025');
  const stop = new AbortController();
  const running = new Promise<void>(resolve => {
    const leave = s.runtime.subscribe(change => {
      if (change.topic !== 'executions' || change.view.tool !== 'ref2025.wait' || change.view.state !== 'running') return;
      leave();
      resolve();
    });
  });
  const call = client.callTool({ name: 'wait' }, undefined, { signal: stop.signal });
  call.catch(() => {});
  await running;
  await new Promise(resolve => setImmediate(resolve));
  stop.abort();
  await assert.rejects(call);
  for (let i = 0; i < 500 && cancelled.count === before; i++) await new Promise(resolve => setTimeout(resolve, 20));
  assert.equal(cancelled.count, before + 1);
});

test('only who may use the whole source gets at what it has besides tools', async t => {
  const s = await surface(t);
  await withReferences(s);
  const { token } = await s.runtime.tokens.create({ name: 'one tool', role: 'agent', tools: ['ref2025.test_simple_text'] });
  const headers = { authorization: `Bearer ${token}` };
  const session = await openSession(s.url, headers, '2025-06-18', '/mcp/ref2025');
  const ask = async (method: string, params = {}) =>
    (await (await post(s.url, request(1, method, params), session, '/mcp/ref2025')).json()) as {
      result?: Record<string, { name: string }[]>;
      error?: { code: number };
    };
  assert.deepEqual(
    (await ask('tools/list')).result?.tools?.map(({ name }) => name),
    ['test_simple_text'],
  );
  assert.deepEqual((await ask('resources/list')).result?.resources, []);
  assert.ok((await ask('resources/read', { uri: 'test://static-text' })).error);
});
