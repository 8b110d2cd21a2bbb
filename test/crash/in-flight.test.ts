import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { type Arrived, answerJson, recordUpstream } from '../upstream-recorder.ts';
import { addShop, until } from './shop.ts';

const env = { EXECUTOR_ALLOW_PRIVATE: '1' };

const payments = (origin: string) => ({
  openapi: '3.0.3',
  info: { title: 'bank', version: '1' },
  servers: [{ url: origin }],
  paths: {
    '/payments': {
      post: {
        operationId: 'pay',
        tags: ['payments'],
        parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } }],
        requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { amount: { type: 'integer' } } } } } },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
});

test('a write in flight whose source is removed, in a daemon that is killed, is unknown: nobody says that it was not sent', async t => {
  const upstream = await recordUpstream(t, () => {});
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir, env);
  await addShop(daemon, upstream.origin);
  daemon.api.invoke('shop.items.note', { marker: 'm' }).catch(() => undefined);
  await until(() => upstream.arrived.length === 1);
  await daemon.api.delete('/api/sources/shop');
  await daemon.kill();
  const { api } = await startDaemon(t, dataDir, env);
  await until(async () => (await api.get('/api/executions?state=running')).body.items.length === 0);
  const [execution] = (await api.get('/api/executions')).body.items;
  assert.deepEqual([execution.state, execution.interactions.at(-1)?.kind], ['paused', 'unknown_outcome'], JSON.stringify(execution.error));
});

test('a write with an idempotency key that was in flight at a kill is sent again, with the same key', async t => {
  let hold = true;
  const upstream = await recordUpstream(t, (_: Arrived, res) => {
    if (!hold) answerJson(res, 200, { paid: true });
  });
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir, env);
  await daemon.api.post('/api/sources', { namespace: 'bank', spec: payments(upstream.origin), allowPrivate: true });
  await daemon.api.get('/api/sources/bank?wait=30');
  await daemon.api.put('/api/policies', { pattern: 'bank.**', decision: 'allow' });
  daemon.api.invoke('bank.payments.pay', { amount: 5 }).catch(() => undefined);
  await until(() => upstream.arrived.length === 1);
  await daemon.kill();
  hold = false;
  const { api } = await startDaemon(t, dataDir, env);
  await until(async () => (await api.get('/api/executions?state=done')).body.items.length === 1);
  const keys = upstream.arrived.map(({ headers }) => headers['idempotency-key']);
  assert.equal(keys.length, 2);
  assert.ok(keys[0]);
  assert.equal(keys[1], keys[0]);
});

test('a write that the owner said may be repeated, in flight at a kill, is sent again; one like it, of which nobody said so, is unknown', async t => {
  let hold = true;
  const upstream = await recordUpstream(t, (_: Arrived, res) => {
    if (!hold) answerJson(res, 200, { noted: true });
  });
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir, env);
  await addShop(daemon, upstream.origin);
  await daemon.api.put('/api/policies', { pattern: 'shop.items.create', decision: 'allow' });
  const { status } = await daemon.api.patch('/api/sources/shop', { idempotent: ['shop.items.note'] });
  assert.equal(status, 200);
  assert.equal((await daemon.api.get('/api/sources/shop?wait=30')).body.state, 'ready');
  for (const path of ['shop.items.note', 'shop.items.create']) daemon.api.invoke(path, { marker: path }).catch(() => undefined);
  await until(() => upstream.arrived.length === 2);
  await daemon.kill();
  hold = false;
  const { api } = await startDaemon(t, dataDir, env);
  await until(async () => (await api.get('/api/executions?state=done')).body.items.length === 1);
  await until(async () => (await api.get('/api/executions?state=pending')).body.items.length === 1);
  const [done] = (await api.get('/api/executions?state=done')).body.items;
  const [unknown] = (await api.get('/api/executions?state=pending')).body.items;
  assert.equal(done.tool, 'shop.items.note');
  assert.deepEqual([unknown.tool, unknown.interactions[0].kind], ['shop.items.create', 'unknown_outcome']);
  const sent = (marker: string) => upstream.arrived.filter(({ text }) => JSON.parse(text).marker === marker).length;
  assert.deepEqual([sent('shop.items.note'), sent('shop.items.create')], [2, 1]);
});

test('a write whose answer was lost, and whose upstream is then gone, is unknown, though it may be sent again', async t => {
  const upstream = await recordUpstream(t, (_: Arrived, res) => {
    // It has carried it out, and is gone before it can say so.
    upstream.close();
    res.socket?.destroy();
  });
  const dataDir = temporaryDataDir(t);
  const { api } = await startDaemon(t, dataDir, env);
  await api.post('/api/sources', { namespace: 'bank', spec: payments(upstream.origin), allowPrivate: true });
  await api.get('/api/sources/bank?wait=30');
  await api.put('/api/policies', { pattern: 'bank.**', decision: 'allow' });
  const reply = await api.invoke('bank.payments.pay', { amount: 5 });
  assert.equal(upstream.arrived.length, 1);
  assert.deepEqual([reply.status, reply.body.error.code], [202, 'execution_paused'], reply.text);
});
