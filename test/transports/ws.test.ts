import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import WebSocket from 'ws';
import type { Ending } from '../upstream-recorder.ts';
import { openWarehouse, pause, type Warehouse } from './warehouse.ts';

interface Frame {
  type: string;
  topic: string;
  id: string;
  seq: number;
  cursor: number;
  reset?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into views by name
  view?: any;
  error?: { code: string };
}

/** A client of `/ws` that keeps what it hears and can wait for what it has not heard yet. */
async function listen(t: Ending, { url, token }: Pick<Warehouse, 'url' | 'token'>) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['executor', `bearer.${token}`]);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', data => {
    frames.push(JSON.parse(String(data)));
    for (const look of waiting) look();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  t.after(() => socket.terminate());
  return {
    socket,
    frames,
    say: (frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    heard: (what: (frame: Frame) => boolean) =>
      new Promise<Frame>(resolve => {
        const look = () => {
          const found = frames.find(what);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

const ready = (topic: string) => (frame: Frame) => frame.type === 'ready' && frame.topic === topic;

test('who subscribes gets what there is, then what happens', async t => {
  const warehouse = await openWarehouse(t);
  const before = (await warehouse.owner.invoke('w.items.list')).body.executionId;
  const client = await listen(t, warehouse);
  for (const topic of ['sources', 'executions', 'pending']) client.say({ type: 'subscribe', topic });
  for (const topic of ['sources', 'executions', 'pending']) assert.equal((await client.heard(ready(topic))).reset, true);
  assert.deepEqual(
    client.frames.filter(({ type }) => type === 'view').map(({ topic, id }) => [topic, id]),
    [
      ['sources', 'w'],
      ['executions', before],
    ],
  );
  const id = await pause(warehouse);
  const asked = await client.heard(frame => frame.topic === 'pending' && frame.id === id);
  assert.deepEqual([asked.type, asked.view.state, asked.view.interactions[0].kind], ['view', 'awaitingApproval', 'approval']);
  await warehouse.owner.resume(id);
  await client.heard(frame => frame.type === 'gone' && frame.topic === 'pending' && frame.id === id);
  const done = await client.heard(frame => frame.topic === 'executions' && frame.id === id && frame.view?.state === 'done');
  assert.deepEqual(done.view, (await warehouse.owner.get(`/api/executions/${id}`)).body, 'a frame has the view the route gives');
  const seqs = client.frames.filter(frame => frame.topic === 'executions' && frame.id === id).map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].sort((a, b) => a - b),
  );
});

test('a source is seen on its way to ready, and gone when it is removed', async t => {
  const warehouse = await openWarehouse(t);
  const client = await listen(t, warehouse);
  client.say({ type: 'subscribe', topic: 'sources' });
  await client.heard(ready('sources'));
  await warehouse.owner.post('/api/sources', { url: `${warehouse.upstream.origin}/openapi.json`, namespace: 'x', allowPrivate: true });
  await client.heard(frame => frame.id === 'x' && frame.view?.state === 'ready');
  const states = client.frames.filter(({ id }) => id === 'x').map(({ view }) => view.state);
  assert.deepEqual([...new Set(states)], ['detecting', 'indexing', 'ready']);
  await warehouse.owner.delete('/api/sources/x');
  await client.heard(frame => frame.type === 'gone' && frame.topic === 'sources' && frame.id === 'x');
});

test('who comes back with the cursor it saw gets only what it missed', async t => {
  const warehouse = await openWarehouse(t);
  const old = (await warehouse.owner.invoke('w.items.list')).body.executionId;
  const first = await listen(t, warehouse);
  first.say({ type: 'subscribe', topic: 'executions' });
  const { cursor } = await first.heard(ready('executions'));
  first.socket.terminate();
  const missed = await pause(warehouse);
  const second = await listen(t, warehouse);
  second.say({ type: 'subscribe', topic: 'executions', since: cursor });
  const { reset } = await second.heard(ready('executions'));
  assert.equal(reset, false);
  assert.deepEqual(
    second.frames.filter(({ type }) => type === 'view').map(({ id, view }) => [id, view.state]),
    [[missed, 'awaitingApproval']],
  );
  assert.ok(!second.frames.some(({ id }) => id === old));
});

test('what was settled meanwhile is told as gone from what waits', async t => {
  const warehouse = await openWarehouse(t);
  const id = await pause(warehouse);
  const first = await listen(t, warehouse);
  first.say({ type: 'subscribe', topic: 'pending' });
  const { cursor } = await first.heard(ready('pending'));
  first.socket.terminate();
  await warehouse.owner.resume(id, { action: 'decline' });
  const second = await listen(t, warehouse);
  second.say({ type: 'subscribe', topic: 'pending', since: cursor });
  await second.heard(ready('pending'));
  assert.deepEqual(
    second.frames.filter(frame => frame.id === id).map(({ type }) => type),
    ['gone'],
  );
});

test('a cursor from the future, or from long ago, brings a fresh snapshot', async t => {
  const warehouse = await openWarehouse(t);
  await warehouse.owner.invoke('w.items.list');
  for (const since of [1_000_000, 0]) {
    const client = await listen(t, warehouse);
    client.say({ type: 'subscribe', topic: 'executions', since });
    assert.equal((await client.heard(ready('executions'))).reset, true, String(since));
    assert.equal(client.frames.filter(({ type }) => type === 'view').length, 1);
  }
});

test('after unsubscribing nothing more is heard of a topic', async t => {
  const warehouse = await openWarehouse(t);
  const client = await listen(t, warehouse);
  client.say({ type: 'subscribe', topic: 'executions' });
  client.say({ type: 'subscribe', topic: 'pending' });
  await client.heard(ready('executions'));
  await client.heard(ready('pending'));
  client.say({ type: 'unsubscribe', topic: 'executions' });
  client.say({ type: 'subscribe', topic: 'sources' });
  await client.heard(ready('sources'));
  const id = await pause(warehouse);
  await client.heard(frame => frame.topic === 'pending' && frame.id === id);
  assert.ok(!client.frames.some(frame => frame.topic === 'executions' && frame.type === 'view'));
});

test('a frame that means nothing is answered with why, and the connection goes on', async t => {
  const warehouse = await openWarehouse(t);
  const client = await listen(t, warehouse);
  for (const frame of [
    '{',
    'null',
    '[]',
    { type: 'subscribe' },
    { type: 'dance', topic: 'sources' },
    { type: 'subscribe', topic: 'weather' },
  ]) {
    const before = client.frames.length;
    client.say(frame);
    await client.heard(heard => client.frames.indexOf(heard) >= before);
    assert.deepEqual(
      [client.frames.at(-1)?.type, client.frames.at(-1)?.error?.code],
      ['error', 'invalid_arguments'],
      JSON.stringify(frame),
    );
  }
  client.say({ type: 'subscribe', topic: 'sources' });
  await client.heard(ready('sources'));
});

test('nobody gets in without the token, from another site, or under another name', async t => {
  const { url, token } = await openWarehouse(t);
  const knock = (protocols: string[], headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, protocols, { headers });
      socket.once('open', () => resolve(101));
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once('error', reject);
      t.after(() => socket.terminate());
    });
  const mine = ['executor', `bearer.${token}`];
  assert.equal(await knock(mine), 101);
  assert.equal(await knock(['executor']), 401);
  assert.equal(await knock(['executor', 'bearer.wrong']), 401);
  assert.equal(await knock(mine, { origin: 'https://evil.test' }), 403);
  assert.equal(await knock(mine, { origin: 'null' }), 403);
  assert.equal(await knock(mine, { host: 'evil.test' }), 403);
  assert.equal(await knock(mine, { origin: url }), 101);
});

test('a reader that does not read costs no memory, and then gets the newest state of each thing', async t => {
  const warehouse = await openWarehouse(t);
  const { owner } = warehouse;
  await owner.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
  const slow = await listen(t, warehouse);
  slow.say({ type: 'subscribe', topic: 'executions' });
  await slow.heard(ready('executions'));
  const quick = await listen(t, warehouse);
  quick.say({ type: 'subscribe', topic: 'executions' });
  await quick.heard(ready('executions'));
  slow.socket.pause();
  const name = 'x'.repeat(30_000);
  const ids: string[] = [];
  for (let n = 0; n < 150; n++) ids.push((await owner.invoke('w.items.create', { name: `${n}${name}` })).body.executionId);
  const last = ids.at(-1)!;
  const settled = (frame: Frame) => frame.id === last && frame.view?.state === 'done';
  await quick.heard(settled);
  slow.socket.resume();
  await slow.heard(settled);
  const newest = new Map(slow.frames.filter(({ type }) => type === 'view').map(({ id, view }) => [id, view.state]));
  assert.deepEqual([newest.size, [...new Set(newest.values())]], [ids.length, ['done']]);
  assert.ok(
    slow.frames.length < quick.frames.length,
    `${slow.frames.length} frames for the slow one, ${quick.frames.length} for the quick one`,
  );
});

test('a client that breaks off in the middle of a frame harms nobody', async t => {
  const warehouse = await openWarehouse(t);
  const port = Number(new URL(warehouse.url).port);
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /ws HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: executor, bearer.${warehouse.token}\r\n\r\n`,
  );
  await new Promise(resolve => socket.once('data', resolve));
  socket.write(Buffer.from([0x81, 0xff, 0x00]));
  socket.resetAndDestroy();
  await new Promise(resolve => socket.once('close', resolve));
  assert.equal((await warehouse.owner.get('/healthz')).status, 200);
});
