import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, fromJsonSchema, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { House, textOf } from './house.ts';

/** A server of the newer protocol, on the official SDK: it asks by answering, and keeps no session. */
let http: Server;
let url: string;
const calls: unknown[] = [];
const house = new House();

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

function server(): McpServer {
  const mcp = new McpServer({ name: 'modern', version: '1' });
  const inputSchema = fromJsonSchema<{ item?: string }>({ type: 'object', properties: { item: { type: 'string' } } });
  mcp.registerTool('order', { description: 'Orders', inputSchema }, async ({ item }, { mcpReq }) => {
    calls.push({ item, responses: mcpReq.inputResponses });
    const size = acceptedContent<{ size: string }>(mcpReq.inputResponses, 'size');
    if (size) return text(`ordered ${item} in ${size.size}`);
    if (mcpReq.inputResponses) return text('nothing ordered');
    return inputRequired({
      requestState: 'opaque-state',
      inputRequests: {
        size: inputRequired.elicit({
          message: `Which size of ${item}?`,
          requestedSchema: { type: 'object', properties: { size: { type: 'string', enum: ['S', 'L'] } }, required: ['size'] },
        }),
      },
    });
  });
  mcp.registerTool('plain', { description: 'Plain', inputSchema }, async ({ item }) => text(`plain ${item}`));
  return mcp;
}

before(async () => {
  const handler = toNodeHandler(createMcpHandler(server));
  http = createServer((req, res) => void handler(req as never, res));
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  await house.open();
  await house.runtime.sources.add({ namespace: 'modern', url, allowPrivate: true });
  assert.equal((await house.runtime.sources.wait('modern')).state, 'ready');
  await house.allow('modern.**');
});
after(async () => {
  await house.close();
  http.closeAllConnections();
  await new Promise(resolve => http.close(resolve));
});

test('a server of the newer protocol is spoken to in it', async () => {
  assert.equal((await house.runtime.passthrough('modern').about()).protocol, '2026-07-28');
  assert.equal(textOf(await house.call('modern.plain', { item: 'tea' })), 'plain tea');
});

test('what it asks pauses the call, and the answer is delivered by calling again: also by another process', async () => {
  const view = await house.call('modern.order', { item: 'shirt' });
  assert.equal(view.state, 'paused');
  assert.equal(view.interactions[0]!.message, 'Which size of shirt?');
  await house.runtime.close();
  await house.open();
  await assert.rejects(house.answer(view, 'accept', { size: 'XXL' }), { code: 'invalid_arguments' });
  await house.answer(view, 'accept', { size: 'L' });
  assert.equal(textOf(await house.settle(view.id)), 'ordered shirt in L');
  assert.equal(calls.length, 2);
});

test('a decline is delivered, too', async () => {
  const view = await house.call('modern.order', { item: 'hat' });
  await house.answer(view, 'decline');
  assert.equal(textOf(await house.settle(view.id)), 'nothing ordered');
});
