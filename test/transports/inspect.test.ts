import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import WebSocket from 'ws';
import { openWarehouse } from './warehouse.ts';

test('the machines are listed with how many actors are in each state', async t => {
  const warehouse = await openWarehouse(t);
  await warehouse.owner.invoke('w.items.list');
  await warehouse.owner.invoke('w.items.create', { name: 'a' });
  const { items } = (await warehouse.owner.get('/api/machines')).body;
  const counts = (kind: string) =>
    Object.fromEntries(
      items
        .find((item: { kind: string }) => item.kind === kind)
        .states.filter((state: { count: number }) => state.count > 0)
        .map(({ name, count }: { name: string; count: number }) => [name, count]),
    );
  assert.deepEqual(counts('call'), { done: 1, awaitingApproval: 1 });
  assert.deepEqual(counts('source'), { ready: 1 });
});

test("Stately's receiver hears an actor announced, each event, and the snapshot it led to", async t => {
  const warehouse = await openWarehouse(t);
  const server = `${warehouse.url.replace('http://', `ws://token:${warehouse.token}@`)}/ws/inspect`;
  const heard = await receive(server, async () => {
    await warehouse.owner.invoke('w.items.list');
  });
  const [first] = heard;
  assert.equal(first?.type, '@xstate.actor');
  assert.equal(JSON.parse((first as { definition: string }).definition).id, 'call');
  const states = heard.filter(one => one.type === '@xstate.snapshot').map(one => (one.snapshot as { value?: string }).value);
  assert.deepEqual(states, ['resolving', 'judging', 'running', 'done']);
  assert.equal(new Set(heard.map(({ sessionId }) => sessionId)).size, 1);
  assert.doesNotMatch(JSON.stringify(heard), new RegExp(warehouse.token));
});

test('one actor is told from its beginning; without a token nothing is told', async t => {
  const warehouse = await openWarehouse(t);
  const { executionId } = (await warehouse.owner.invoke('w.items.list')).body;
  const server = `${warehouse.url.replace('http://', `ws://token:${warehouse.token}@`)}/ws/inspect?actor=${executionId}`;
  const heard = await receive(server, async () => undefined);
  assert.deepEqual(
    heard.filter(one => one.type === '@xstate.event').map(one => one.event.type),
    ['xstate.init', 'xstate.done.actor.resolve', 'xstate.done.actor.judge', 'xstate.done.actor.attempt'],
  );
  const refused = new WebSocket(`${warehouse.url.replace('http', 'ws')}/ws/inspect`);
  const error = await new Promise<Error>(resolve => refused.once('error', resolve));
  assert.match(error.message, /401/);
});

/** What a Stately receiver hears until an actor has come to an end. It has no way to close, so its socket is found and ended. */
async function receive(server: string, act: () => Promise<void>): Promise<StatelyInspectionEvent[]> {
  const heard: StatelyInspectionEvent[] = [];
  const opened: WebSocket[] = [];
  const { emit } = WebSocket.prototype;
  WebSocket.prototype.emit = function (this: WebSocket, name: string, ...rest: unknown[]) {
    if (name === 'open') opened.push(this);
    return emit.call(this, name as never, ...(rest as never[]));
  } as typeof emit;
  const receiver = createWebSocketReceiver({ server });
  const ended = new Promise<void>(resolve =>
    receiver.subscribe(event => {
      heard.push(event);
      if (event.type === '@xstate.snapshot' && (event.snapshot as { value?: string }).value === 'done') resolve();
    }),
  );
  while (opened.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
  WebSocket.prototype.emit = emit;
  await act();
  await ended;
  for (const socket of opened) socket.terminate();
  return heard;
}
