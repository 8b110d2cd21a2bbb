import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { addShop, until } from './shop.ts';

const env = { EXECUTOR_ALLOW_PRIVATE: '1' };

test('SIGTERM in the middle of work: a write that ends within the grace is done, whoever asked', async t => {
  let answer = () => {};
  const upstream = await recordUpstream(t, (_, res: ServerResponse) => {
    answer = () => answerJson(res, 200, { stored: true });
  });
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir, env);
  await addShop(daemon, upstream.origin);
  const asked = daemon.api.invoke('shop.items.note', { marker: 'm' }).catch(() => undefined);
  await until(() => upstream.arrived.length === 1);
  const stopped = daemon.stop();
  answer();
  await Promise.all([asked, stopped]);
  assert.equal(await daemon.exited, 0);
  const next = await startDaemon(t, dataDir, env);
  const done = await next.api.get('/api/executions?state=done');
  assert.equal(done.body.items.length, 1);
  assert.equal(upstream.arrived.length, 1);
});

test('SIGTERM in the middle of work: a write whose answer does not come is unknown afterwards, a read is made again', async t => {
  let hold = true;
  const upstream = await recordUpstream(t, ({ method }, res) => {
    if (!hold) answerJson(res, 200, { method });
  });
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir, env);
  await addShop(daemon, upstream.origin);
  for (const [tool, marker] of [
    ['shop.items.note', 'write'],
    ['shop.items.list', 'read'],
  ])
    daemon.api.invoke(tool!, { marker }).catch(() => undefined);
  const waiting = (await daemon.api.invoke('shop.items.create', { marker: 'asked' })).body.error.executionId;
  await until(() => upstream.arrived.length === 2);
  await daemon.stop();
  assert.equal(await daemon.exited, 0);
  hold = false;
  const { api } = await startDaemon(t, dataDir, env);
  await until(async () => (await api.get('/api/executions?state=running')).body.items.length === 0);
  const states = async (state: string) =>
    (await api.get(`/api/executions?state=${state}`)).body.items.map(({ tool }: { tool: string }) => tool);
  assert.deepEqual(await states('paused'), ['shop.items.note']);
  assert.deepEqual(await states('done'), ['shop.items.list']);
  assert.equal((await api.get(`/api/executions/${waiting}`)).body.state, 'awaitingApproval');
  assert.equal(upstream.count('POST /shop/notes'), 1);
});
