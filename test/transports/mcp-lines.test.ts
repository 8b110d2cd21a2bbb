import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, v1, v2 } from '../mcp/clients.ts';
import { buffering, cuttable } from '../mcp/proxies.ts';
import { openSession, post, toolCall } from '../mcp/raw.ts';
import { surface } from '../mcp/surface.ts';

test('a line that is cut in the middle of a stream, again and again, loses nothing: each event comes once, and the answer', async t => {
  const s = await surface(t, { hold: { progressSeconds: 600, progressEverySeconds: 0.05 } });
  const line = await cuttable(t, s.url);
  const session = await openSession(line.url, {}, '2025-11-25');
  const code = 'await sleep(3600_000)';
  let reply = await post(line.url, toolCall(3, 'execute', { code }, { progressToken: 'p' }), session);
  const told: number[] = [];
  let last = '';
  let answer: string | undefined;
  for (let cuts = 0; answer === undefined; cuts++) {
    if (cuts === 5) {
      const { items } = await s.runtime.executions.list({ state: 'running' }, s.runtime.principals.owner);
      for (const { id } of items) await s.runtime.executions.cancel(id, s.runtime.principals.owner);
    }
    let seen = 0;
    try {
      for await (const { id, data } of eventsOf(reply)) {
        last = id;
        if (data.includes('"progress":')) told.push(Number(/"progress":([\d.]+)/.exec(data)![1]));
        if (data.includes('"id":3')) answer = data;
        if (++seen === 2 && cuts < 5) line.cut();
      }
    } catch {
      // It was cut.
    }
    if (answer === undefined) {
      reply = await fetch(`${line.url}/mcp`, { headers: { ...session, accept: 'text/event-stream', 'last-event-id': last } });
      assert.equal(reply.status, 200);
    }
  }
  assert.match(answer, /"cancelled"/);
  assert.ok(told.length >= 5);
  assert.deepEqual(
    told,
    [...new Set(told)].sort((a, b) => a - b),
    'in order, each once',
  );
});

for (const [era, connect] of [
  ['2025', v1],
  ['2026-07-28', v2],
] as const) {
  test(`${era}: behind a proxy that buffers, calls are answered, with progress asked for and without, and pauses are resumed`, async t => {
    const s = await surface(t, { hold: { progressEverySeconds: 0.05 } });
    const client = await connect(t, await buffering(t, s.url));
    const slow = { path: 'shop.books.list', input: { delayMs: 300 } };
    assert.equal((await call(client, 'call', slow)).data.status, 'done');
    const callTool = client.callTool.bind(client) as (...args: unknown[]) => Promise<{ structuredContent: { status: string } }>;
    const options = { onprogress: () => {} };
    const params = { name: 'call', arguments: slow };
    const held = await (connect === v1 ? callTool(params, undefined, options) : callTool(params, options));
    assert.equal(held.structuredContent.status, 'done');
    const { data } = await call(client, 'call', { path: 'shop.orders.create', input: { book: 6 } });
    assert.equal(data.status, 'paused');
    const waiting = call(client, 'resume', { executionId: data.executionId });
    await s.runtime.executions.resume(data.executionId, { action: 'accept' }, s.runtime.principals.owner);
    assert.equal((await waiting).data.status, 'done');
  });
}

async function* eventsOf(reply: Response): AsyncGenerator<{ id: string; data: string }> {
  let rest = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      if (id !== undefined) yield { id, data: /^data: (.*)$/m.exec(block)?.[1] ?? '' };
    }
  }
}
