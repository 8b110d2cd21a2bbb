import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, fromJsonSchema, inputRequired, McpServer } from '@modelcontextprotocol/server';
import type { Reply } from '../api.ts';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, type Recorder, recordUpstream } from '../upstream-recorder.ts';

/*
 * Whatever a run waits for, however the daemon ends meanwhile: the next one shows it as waiting, takes the answer, and comes to what an
 * uninterrupted run comes to, with each mutation made once. Builds with changed machines: test/machines/upgrade.test.ts.
 */

// One daemon after the other on one data directory.
const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
const dataDir = temporaryDataDir(t);
let daemon: DaemonProcess;
let warehouse: Recorder;
const orders: string[] = [];

/** Asks for the size before it orders, in the newer protocol, which needs no session for that. */
function sizedShop(): McpServer {
  const mcp = new McpServer({ name: 'sized', version: '1' });
  const inputSchema = fromJsonSchema<{ item?: string }>({ type: 'object', properties: { item: { type: 'string' } } });
  mcp.registerTool('order', { description: 'Orders', inputSchema }, async ({ item }, { mcpReq }) => {
    const size = acceptedContent<{ size: string }>(mcpReq.inputResponses, 'size');
    if (size) {
      orders.push(`${item} ${size.size}`);
      return { content: [{ type: 'text', text: `ordered ${item} in ${size.size}` }] };
    }
    return inputRequired({
      inputRequests: {
        size: inputRequired.elicit({
          message: 'Which size?',
          requestedSchema: { type: 'object', properties: { size: { type: 'string' } }, required: ['size'] },
        }),
      },
    });
  });
  return mcp;
}

before(async () => {
  const handler = toNodeHandler(createMcpHandler(sizedShop));
  const http = createServer((req, res) => void handler(req as never, res));
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  t.after(() => http.close().closeAllConnections());
  warehouse = await recordUpstream(t, ({ text }, res) => answerJson(res, 201, { stored: JSON.parse(text).name }));
  daemon = await startDaemon(t, dataDir);
  const open = description(warehouse.origin);
  const locked = {
    ...open,
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    security: [{ key: [] }],
  };
  const sources = [
    { namespace: 'open', spec: open },
    { namespace: 'locked', spec: locked },
    { namespace: 'sized', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` },
  ];
  for (const source of sources) {
    await daemon.api.post('/api/sources', { ...source, allowPrivate: true });
    assert.equal((await daemon.api.get(`/api/sources/${source.namespace}?wait=60`)).body.state, 'ready');
  }
  for (const pattern of ['locked.**', 'sized.**']) await daemon.api.put('/api/policies', { pattern, decision: 'allow' });
});
after(async () => {
  for (const fn of end) await fn();
});

const show = (id: string) => daemon.api.get(`/api/executions/${id}`);
const ended = async (id: string) => (await daemon.api.get(`/api/executions/${id}?wait=60`)).body;
const started = (reply: Reply): string => reply.body.error.executionId;
const lastQuestion = async (id: string): Promise<string> => (await show(id)).body.interactions.at(-1).id;
const accept = async (id: string, more: object = {}) =>
  daemon.api.resume(id, { action: 'accept', interaction: await lastQuestion(id), ...more });
const posted = (name: string) => warehouse.arrived.filter(({ method, text }) => method === 'POST' && JSON.parse(text).name === name).length;

interface Pause {
  state: string;
  /** Starts a run and brings it to the pause. */
  begin(name: string): Promise<string>;
  answer(id: string): Promise<unknown>;
  /** What it comes to. */
  result(name: string): unknown;
  /** What of it counts. */
  said?(result: unknown): unknown;
  /** How often each of its mutations was made. */
  made(name: string): number[];
  forget?(): Promise<unknown>;
}

const pauses: Record<string, Pause> = {
  'an approval': {
    state: 'awaitingApproval',
    begin: async name => started(await daemon.api.invoke('open.items.create', { name })),
    answer: id => accept(id),
    result: name => ({ stored: name }),
    made: name => [posted(name)],
  },
  'a login': {
    state: 'authenticating',
    begin: async name => started(await daemon.api.invoke('locked.items.create', { name })),
    answer: () => daemon.api.post('/api/connections', { source: 'locked', method: 'key', values: { apiKey: 'open-sesame' } }),
    result: name => ({ stored: name }),
    made: name => [posted(name)],
    forget: () => daemon.api.delete('/api/connections/locked/default'),
  },
  'a form': {
    state: 'paused',
    begin: async name => started(await daemon.api.invoke('sized.order', { item: name })),
    answer: id => accept(id, { content: { size: 'L' } }),
    result: name => `ordered ${name} in L`,
    said: result => (result as { content: { text: string }[] }).content[0]!.text,
    made: name => [orders.filter(order => order === `${name} L`).length],
  },
  'a second approval, after a first': {
    state: 'paused',
    async begin(name) {
      const code = `
        const first = await tools.open.items.create({ name: ${JSON.stringify(`${name} 1`)} });
        const second = await tools.open.items.create({ name: ${JSON.stringify(`${name} 2`)} });
        return [first.stored, second.stored];`;
      const { id } = (await daemon.api.post('/api/executions', { code })).body;
      assert.equal((await ended(id)).state, 'paused');
      await accept(id);
      assert.equal((await ended(id)).state, 'paused');
      return id;
    },
    answer: id => accept(id),
    result: name => [`${name} 1`, `${name} 2`],
    made: name => [posted(`${name} 1`), posted(`${name} 2`)],
  },
};

const endings: Record<string, (id: string, pause: Pause) => Promise<void>> = {
  'a SIGTERM': () => daemon.stop(),
  'a SIGKILL': () => daemon.kill(),
  async 'a SIGKILL in the midst of writing the answer down'(id, pause) {
    await daemon.stop();
    daemon = await startDaemon(t, dataDir, { EXECUTOR_CRASH_AT: 'before-batch:1' });
    const reply = await pause.answer(id).catch(() => undefined);
    assert.equal(reply, undefined, 'it died before it could answer');
    await daemon.exited;
  },
};

for (const [what, pause] of Object.entries(pauses)) {
  for (const [how, stop] of Object.entries(endings)) {
    test(`${what} outlives ${how}`, async () => {
      const name = `${what}, ${how}`;
      const id = await pause.begin(name);
      const before = (await show(id)).body;
      assert.equal(before.state, pause.state, JSON.stringify(before));
      await stop(id, pause);
      daemon = await startDaemon(t, dataDir);
      const found = (await show(id)).body;
      assert.deepEqual([found.state, found.interactions.length], [before.state, before.interactions.length]);
      const { items } = (await daemon.api.get('/api/executions?state=pending')).body;
      assert.equal(items.length, 1, 'what waits is listed');
      await pause.answer(id);
      const { state, result } = await ended(id);
      assert.deepEqual([state, pause.said?.(result) ?? result], ['done', pause.result(name)]);
      assert.ok(
        pause.made(name).every(times => times === 1),
        `made ${pause.made(name)} times`,
      );
      await pause.forget?.();
    });
  }
}
