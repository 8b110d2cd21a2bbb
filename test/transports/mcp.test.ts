import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AnyClient, call, v1, v2 } from '../mcp/clients.ts';
import { OTHER_TOKEN, surface } from '../mcp/surface.ts';

const ERAS = [
  ['2025, v1 client', v1],
  ['2026-07-28, v2 client', v2],
] as const;

type Connect = (t: TestContext, url: string, token?: string) => Promise<AnyClient>;
type Started = Awaited<ReturnType<typeof surface>>;

for (const [era, client] of ERAS) {
  const connect = client as unknown as Connect;
  const over = (title: string, body: (client: AnyClient, s: Started, t: TestContext) => Promise<void>) =>
    test(`${era}: ${title}`, async t => {
      const s = await surface(t);
      await body(await connect(t, s.url), s, t);
    });

  over('lists five tools with flat schemas that name the sources', async client => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(tool => tool.name),
      ['search', 'describe', 'call', 'execute', 'resume'],
    );
    assert.match(tools[0]?.description ?? '', /shop \(/);
    for (const tool of tools) {
      const schema = JSON.stringify(tool.inputSchema);
      assert.doesNotMatch(schema, /\$ref|anyOf|oneOf|allOf/);
      assert.match(tool.name, /^[a-zA-Z0-9_-]{1,60}$/);
    }
    assert.ok(JSON.stringify(tools).length < 1500 * 3.5, `${JSON.stringify(tools).length} characters`);
  });

  over('finds and describes a tool', async client => {
    const found = await call(client, 'search', { query: 'create an order' });
    assert.equal(found.data.items[0].path, 'shop.orders.create');
    assert.match(found.text, /shop\.orders\.create/);
    const described = await call(client, 'describe', { path: 'shop.orders.create' });
    assert.equal(described.data.effect, 'write');
    assert.ok(described.data.inputSchema);
  });

  over('calls a read', async client => {
    const { data, text, isError } = await call(client, 'call', { path: 'shop.books.list', input: {} });
    assert.notEqual(isError, true);
    assert.equal(data.status, 'done');
    assert.match(data.executionId, /^exec_/);
    assert.equal(data.http.status, 200);
    assert.deepEqual(JSON.parse(text), data.result);
  });

  over('a write pauses with a link, and another session of an approver resumes it', async (client, s, t) => {
    const paused = await call(client, 'call', { path: 'shop.orders.create', input: { book: 1 } });
    const { executionId } = paused.data;
    assert.equal(paused.data.status, 'paused');
    assert.equal(paused.data.approvalUrl, `${s.url}/resume/${executionId}`);
    assert.equal(paused.data.interactions[0].kind, 'approval');
    assert.match(paused.text, new RegExp(`/resume/${executionId}`));

    const refused = await call(client, 'resume', { executionId, action: 'accept' });
    assert.equal(refused.isError, true);
    assert.deepEqual([refused.data.status, refused.data.executionId, refused.data.error.code], ['failed', executionId, 'forbidden']);

    const owner = await connect(t, s.url, s.runtime.token);
    const waiting = call(client, 'resume', { executionId });
    const approved = await call(owner, 'resume', { executionId, action: 'accept' });
    assert.equal(approved.data.status, 'done');
    assert.deepEqual((await waiting).data.result, approved.data.result);
    const later = await connect(t, s.url);
    assert.deepEqual((await call(later, 'resume', { executionId })).data, approved.data);
  });

  over('what goes wrong is a readable failure', async client => {
    const unknown = await call(client, 'call', { path: 'shop.books.lst' });
    assert.deepEqual([unknown.isError, unknown.data.error.code], [true, 'tool_not_found']);
    assert.match(unknown.text, /shop\.books\.list/);
    const typo = await call(client, 'call', { pth: 'shop.books.list' });
    assert.deepEqual([typo.data.error.code, typo.data.error.details.near], ['invalid_arguments', 'path']);
    const misplaced = await call(client, 'call', { path: 'shop.books.list', shelf: 3 });
    assert.match(misplaced.data.error.message, /"input"/);
    const gone = await call(client, 'resume', { executionId: 'exec_unknown' });
    assert.equal(gone.data.error.code, 'execution_not_found');
    await assert.rejects(call(client, 'shop.books.list'), /use call with/);
  });

  over("somebody else's execution is not found, like one that never was", async (client, s, t) => {
    const { data } = await call(client, 'call', { path: 'shop.orders.create', input: { book: 1 } });
    const other = await connect(t, s.url, OTHER_TOKEN);
    const theirs = await call(other, 'resume', { executionId: data.executionId });
    assert.equal(theirs.data.error.code, 'execution_not_found');
  });

  over('a large result is a preview that says so', async client => {
    const { data, text } = await call(client, 'call', { path: 'shop.reports.get', input: {} });
    assert.equal(data.result.truncated, true);
    assert.ok(data.result.bytes > 64 * 1024);
    assert.ok(data.result.preview.length > 4000);
    assert.doesNotMatch(data.result.preview, /\ufffd/);
    assert.match(text, /narrower input/);
  });

  test(`${era}: a client that asked for progress is kept informed, one that did not gets "running"`, async t => {
    const slow = await surface(t, { hold: { seconds: 0.05, progressSeconds: 5, progressEverySeconds: 0.1 } });
    const patient = await connect(t, slow.url);
    const input = { path: 'shop.books.list', input: { delayMs: 450 } };
    const { data } = await call(patient, 'call', input);
    assert.equal(data.status, 'running');
    const seen: unknown[] = [];
    const params = { name: 'call', arguments: input };
    const options = { onprogress: (progress: unknown) => seen.push(progress) };
    const callTool = patient.callTool.bind(patient) as (...args: unknown[]) => Promise<{ structuredContent: { status: string } }>;
    const held = await (client === v1 ? callTool(params, undefined, options) : callTool(params, options));
    assert.equal(held.structuredContent.status, 'done');
    assert.ok(seen.length >= 3, `${seen.length} notifications`);
    assert.equal((await call(patient, 'resume', { executionId: data.executionId })).data.status, 'done');
  });
}
