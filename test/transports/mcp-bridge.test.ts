import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type AnyClient, call } from '../mcp/clients.ts';
import { daemonWithShop } from '../mcp/daemon.ts';
import { envelope, post, request, toolCall } from '../mcp/raw.ts';
import { type Ending, lastFirst } from '../upstream-recorder.ts';

type Daemon = Awaited<ReturnType<typeof daemonWithShop>>;
type Command = ReturnType<Daemon['bridge']>;

async function v1(t: Ending, command: Command): Promise<ClientV1> {
  const client = new ClientV1({ name: 'stdio-v1', version: '1' });
  await client.connect(new StdioV1({ ...command, stderr: 'ignore' }));
  t.after(() => client.close());
  return client;
}

async function v2(t: Ending, command: Command): Promise<ClientV2> {
  const client = new ClientV2({ name: 'stdio-v2', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StdioV2({ ...command, stderr: 'ignore' }));
  t.after(() => client.close());
  return client;
}

const ERAS = [
  ['v1 client', v1],
  ['v2 client', v2],
] as const;

for (const [name, connect] of ERAS) {
  const start = async (t: Ending, d: Daemon, token?: string) =>
    (await connect(t, d.bridge(token === undefined ? {} : { EXECUTOR_TOKEN: token }))) as unknown as AnyClient;

  test(`stdio, ${name}: lists, finds, reads, pauses, and others resume, also over a kill of the daemon`, async own => {
    const t = lastFirst(own);
    const d = await daemonWithShop(t);
    const client = await start(t, d);
    assert.equal((await client.listTools()).tools.length, 5);
    assert.equal((await call(client, 'search', { query: 'create an order' })).data.items[0].path, 'shop.orders.create');
    assert.equal((await call(client, 'call', { path: 'shop.books.list' })).data.status, 'done');
    const paused = await call(client, 'call', { path: 'shop.orders.create', input: { book: 1 } });
    const { executionId } = paused.data;
    assert.equal(paused.data.approvalUrl, `${d.url}/resume/${executionId}`, paused.text);
    assert.equal((await call(client, 'resume', { executionId, action: 'accept' })).data.error.code, 'forbidden');

    await d.kill();
    const owner = await start(t, d, d.token);
    const approved = await call(owner, 'resume', { executionId, action: 'accept' });
    assert.equal(approved.data.status, 'done', approved.text);
    assert.deepEqual((await call(client, 'resume', { executionId })).data, approved.data);
    assert.equal(d.shop.count('POST /orders'), 1);
    const parallel = await Promise.all(Array.from({ length: 20 }, () => call(client, 'call', { path: 'shop.books.list' })));
    assert.ok(parallel.every(({ data }) => data.status === 'done'));
  });

  test(`stdio, ${name}: a call under way at a kill is the same call afterwards`, async own => {
    const t = lastFirst(own);
    const d = await daemonWithShop(t);
    const client = await start(t, d);
    const underWay = call(client, 'call', { path: 'shop.books.list', input: { delayMs: 1000 } });
    await until(() => d.shop.arrived.length === 1);
    await d.kill();
    const { data } = await underWay;
    assert.equal(data.status, 'done');
    const { items } = await d.ask('GET', '/api/executions');
    assert.deepEqual(
      items.map(({ id }: { id: string }) => id),
      [data.executionId],
    );
  });

  test(`stdio, ${name}: a write under way at a kill comes back as an unknown outcome, not as a second write`, async own => {
    const t = lastFirst(own);
    const d = await daemonWithShop(t);
    await d.ask('PUT', '/api/policies', { pattern: 'shop.**', decision: 'allow' });
    const client = await start(t, d);
    const underWay = call(client, 'call', { path: 'shop.orders.create', input: { book: 1, delayMs: 1000 } });
    await until(() => d.shop.arrived.length === 1);
    await d.kill();
    const { data } = await underWay;
    assert.deepEqual([data.status, data.interactions?.[0]?.kind], ['paused', 'unknown_outcome']);
    assert.equal(d.shop.count('POST /orders'), 1);
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'it never came to that');
    await delay(10);
  }
}

/** A bridge whose lines the test writes and reads itself. */
function bare(t: Ending, command: Command) {
  const child: ChildProcessWithoutNullStreams = spawn(command.command, command.args, { env: command.env });
  t.after(() => child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', line => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    for (const wake of waiting) wake();
  });
  let stderr = '';
  child.stderr.on('data', chunk => {
    stderr += String(chunk);
  });
  return {
    child,
    lines,
    stderr: () => stderr,
    send: (message: unknown) => child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    async line(fits: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
      for (;;) {
        const found = lines.find(fits);
        if (found) return found;
        await new Promise<void>(resolve => waiting.add(resolve));
      }
    },
  };
}

const initialize = request(0, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bare', version: '1' },
});
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

test('stdio: what the daemon says by itself arrives, also after it was killed and started again', async own => {
  const t = lastFirst(own);
  const d = await daemonWithShop(t);
  const bridge = bare(t, d.bridge());
  bridge.send(initialize);
  await bridge.line(({ id }) => id === 0);
  bridge.send(initialized);
  await delay(200);
  await d.addSource('cafe');
  await bridge.line(({ method }) => method === 'notifications/tools/list_changed');
  await d.kill();
  bridge.send(request(1, 'ping'));
  await bridge.line(({ id }) => id === 1);
  await delay(300);
  bridge.lines.length = 0;
  await d.addSource('zoo');
  await bridge.line(({ method }) => method === 'notifications/tools/list_changed');
});

/** For the tests that leave it as it is. */
const shared = daemonWithShop(lastFirst({ after }));

test('stdio: any number of bridges side by side, which end with their clients', async t => {
  const d = await shared;
  const bridges = Array.from({ length: 4 }, () => bare(t, d.bridge()));
  for (const bridge of bridges) {
    bridge.send(initialize);
    bridge.send(initialized);
    bridge.send(toolCall(1, 'call', { path: 'shop.books.list' }));
  }
  const answers = await Promise.all(bridges.map(bridge => bridge.line(({ id }) => id === 1)));
  assert.equal(answers.length, 4);
  assert.match(await metrics(d), /mcp_sessions 4/);
  for (const bridge of bridges) bridge.child.stdin.end();
  assert.deepEqual(await Promise.all(bridges.map(async ({ child }) => (await once(child, 'exit'))[0])), [0, 0, 0, 0]);
  assert.match(await metrics(d), /mcp_sessions 0/);
});

const metrics = async ({ url }: { url: string }) => (await fetch(`${url}/metrics`)).text();

test('stdio: a stateless client needs no session; a cancelled request is let go', async t => {
  const d = await shared;
  const bridge = bare(t, d.bridge());
  bridge.send(toolCall(1, 'search', {}, envelope));
  const { result } = (await bridge.line(({ id }) => id === 1)) as { result: { resultType: string } };
  assert.equal(result.resultType, 'complete');
  bridge.send(toolCall(2, 'call', { path: 'shop.books.list', input: { delayMs: 9000 } }, envelope));
  await until(() => d.shop.arrived.some(({ query }) => query.get('delayMs') === '9000'));
  bridge.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2, _meta: envelope } });
  bridge.child.stdin.end();
  const before = Date.now();
  assert.equal((await once(bridge.child, 'exit'))[0], 0);
  assert.ok(Date.now() - before < 3000);
});

test('stdio: a pipe gets its answers though it closes at once, and stdout has nothing but the protocol', async t => {
  const bridge = bare(t, (await shared).bridge());
  bridge.send(initialize);
  bridge.send(initialized);
  bridge.send('this is not JSON');
  bridge.send(toolCall(1, 'call', { path: 'shop.books.list', input: { delayMs: 300 } }));
  bridge.child.stdin.end();
  assert.equal((await once(bridge.child, 'exit'))[0], 0);
  assert.ok(bridge.lines.every(line => line.jsonrpc === '2.0'));
  assert.deepEqual(bridge.lines.map(({ id }) => String(id)).sort(), ['0', '1', 'null']);
});

test('stdio: without a daemon that can be reached it ends with 6 and says why on stderr', async t => {
  const bridge = bare(t, (await shared).bridge({ EXECUTOR_URL: 'http://127.0.0.1:1' }));
  bridge.send(initialize);
  assert.equal((await once(bridge.child, 'exit'))[0], 6);
  assert.match(bridge.stderr(), /cannot be reached: nothing answers/);
  assert.deepEqual(
    bridge.lines.map(({ error }) => (error as { code: number }).code),
    [-32000],
  );
});

test('the endpoint as the daemon mounts it: strange hosts, origins and tokens are refused', async () => {
  const d = await shared;
  const body = request(1, 'initialize', initialize.params);
  assert.equal((await post(d.url, body)).status, 200);
  assert.equal((await post(d.url, body, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(d.url, body, { authorization: 'Bearer wrong' })).status, 401);
  assert.equal((await post(d.url, body, { 'x-forwarded-for': '10.0.0.1' })).status, 401);
});
