import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { type AnyClient, call } from '../mcp/clients.ts';
import { envelope, post, toolCall } from '../mcp/raw.ts';
import { surface } from '../mcp/surface.ts';

type Question = { mode?: string; message: string; url?: string };
type Reply = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string | number | boolean | string[]> };
type Ask = (question: Question) => Promise<Reply>;
type Able = { form?: Record<string, never>; url?: Record<string, never> };

const init = (token: string | undefined) => (token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } });

/** A client whose user answers as `ask` says. */
async function v1(t: TestContext, url: string, elicitation: Able, ask: Ask, token?: string): Promise<AnyClient> {
  const client = new ClientV1({ name: 'asked-v1', version: '1' }, { capabilities: { elicitation } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => ask(params as Question));
  await client.connect(new HttpV1(new URL('/mcp', url), init(token)) as Parameters<ClientV1['connect']>[0]);
  t.after(() => client.close());
  return client as unknown as AnyClient;
}

async function v2(t: TestContext, url: string, elicitation: Able, ask: Ask, token?: string): Promise<AnyClient> {
  const options = { capabilities: { elicitation }, versionNegotiation: { mode: { pin: '2026-07-28' } } };
  const client = new ClientV2({ name: 'asked-v2', version: '1' }, options);
  client.setRequestHandler('elicitation/create', ({ params }) => ask(params as Question));
  await client.connect(new HttpV2(new URL('/mcp', url), init(token)));
  t.after(() => client.close());
  return client as unknown as AnyClient;
}

const order = { path: 'shop.orders.create', input: { book: 1 } };

for (const [era, connect] of [
  ['2025', v1],
  ['2026-07-28', v2],
] as const) {
  test(`${era}: an approval is never put to an agent's own user as a form`, async t => {
    const s = await surface(t);
    let asked = 0;
    const client = await connect(t, s.url, { form: {} }, async () => {
      asked++;
      return { action: 'accept', content: {} };
    });
    assert.equal((await call(client, 'call', order)).data.status, 'paused');
    assert.equal(asked, 0);
  });

  test(`${era}: an approval reaches a client that opens links as a link, and the call ends when it is given there`, async t => {
    const s = await surface(t);
    const questions: Question[] = [];
    const client = await connect(t, s.url, { form: {}, url: {} }, async question => {
      questions.push(question);
      const executionId = question.url?.split('/').at(-1) ?? '';
      void delay(100).then(() => s.runtime.executions.resume(executionId, { action: 'accept' }, s.runtime.principals.owner));
      return { action: 'accept' };
    });
    const { data } = await call(client, 'call', order);
    assert.equal(data.status, 'done');
    assert.deepEqual(
      questions.map(({ mode, url }) => [mode, url]),
      [['url', `${s.url}/resume/${data.executionId}`]],
    );
  });

  test(`${era}: saying yes to a link approves nothing, and it is shown once`, async t => {
    const s = await surface(t, { hold: { personSeconds: 0.2 } });
    let asked = 0;
    const client = await connect(t, s.url, { url: {} }, async () => {
      asked++;
      return { action: 'accept' };
    });
    assert.equal((await call(client, 'call', order)).data.status, 'paused');
    assert.equal(asked, 1);
    const never = await connect(t, s.url, { url: {} }, async () => ({ action: 'cancel' }));
    assert.equal((await call(never, 'call', order)).data.status, 'paused');
  });

  test(`${era}: whoever may approve gets the form, and its answer counts`, async t => {
    const s = await surface(t);
    const seen: string[] = [];
    const yes = await connect(
      t,
      s.url,
      { form: {} },
      async ({ message }) => {
        seen.push(message);
        return { action: 'accept', content: {} };
      },
      s.runtime.token,
    );
    assert.equal((await call(yes, 'call', order)).data.status, 'done');
    assert.match(seen[0] ?? '', /Approve this call\?/);
    const no = await connect(t, s.url, { form: {} }, async () => ({ action: 'decline' }), s.runtime.token);
    const declined = await call(no, 'call', order);
    assert.deepEqual([declined.data.status, declined.data.error.code], ['failed', 'approval_denied']);
  });

  test(`${era}: a client that fails to ask gets "paused" like any other`, async t => {
    const s = await surface(t);
    const broken = await connect(t, s.url, { url: {} }, async () => {
      if (era === '2025') throw new Error('no window');
      return { action: 'cancel' };
    });
    assert.equal((await call(broken, 'call', order)).data.status, 'paused');
  });
}

test('2026-07-28: the state of a round is signed, for one principal, and never makes the call again', async t => {
  const s = await surface(t, { hold: { personSeconds: 0.1 } });
  const able = { ...envelope, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'call' };
  const send = async (extra: Record<string, unknown>, more: Record<string, string> = {}) => {
    const body = toolCall(1, 'call', order, able);
    const reply = await post(s.url, { ...body, params: { ...body.params, ...extra } }, { ...headers, ...more });
    return (await reply.json()) as { result?: Record<string, unknown>; error?: { code: number } };
  };
  const first = await send({});
  assert.equal(first.result?.resultType, 'input_required');
  const requestState = String(first.result?.requestState);
  const inputResponses = { link: { action: 'accept' } };
  assert.equal((await send({ requestState: `${requestState.slice(0, -2)}xx`, inputResponses })).error?.code, -32602);
  assert.equal((await send({ requestState, inputResponses }, { authorization: `Bearer ${s.runtime.token}` })).error?.code, -32602);
  const again = (await send({ requestState, inputResponses })).result?.structuredContent as Record<string, unknown>;
  const twice = (await send({ requestState, inputResponses })).result?.structuredContent as Record<string, unknown>;
  assert.equal(again.status, 'paused');
  assert.equal(again.executionId, twice.executionId);
});
