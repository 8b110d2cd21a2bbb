import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Api, Reply } from '../api.ts';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { type Arrived, answerJson, recordUpstream } from '../upstream-recorder.ts';

/** A data directory with a source, ready, in a daemon that has been stopped; `answer` says what the upstream does. */
async function furnish(t: TestContext, answer: (request: Arrived, res: ServerResponse) => unknown = ordinary) {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, answer);
  const daemon = await startDaemon(t, dataDir);
  await daemon.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/w?wait=30')).body.state, 'ready');
  return { dataDir, upstream, daemon };
}

const ordinary = (_request: Arrived, res: ServerResponse) => answerJson(res, 201, { stored: true });

/** What came of a request whose daemon may die under it. */
const survived = (asked: Promise<Reply>) => asked.catch(() => undefined);

const crashes = ['before-batch:1', 'after-batch:1', 'before-batch:2', 'after-batch:2', 'before-batch:3', 'before-send:1', 'after-answer:1'];

for (const crash of crashes) {
  test(`an approved write whose daemon dies at ${crash} leaves once, or is said to be unknown`, async t => {
    const { dataDir, upstream, daemon } = await furnish(t);
    const id: string = (await daemon.api.invoke('w.items.create', { name: 'bolt' })).body.error.executionId;
    await daemon.stop();
    const doomed = await startDaemon(t, dataDir, { EXECUTOR_CRASH_AT: crash });
    const reply = await survived(doomed.api.resume(id));
    if (crash !== 'before-batch:3') assert.equal(reply, undefined, 'it died before it could answer');
    await doomed.kill();
    const { api } = await startDaemon(t, dataDir);
    const view = (await api.get(`/api/executions/${id}?wait=20`)).body;
    const sent = upstream.count('POST /items');
    assert.ok(sent <= 1, `${sent} requests`);
    await settle(api, view);
    const after = (await api.get(`/api/executions/${id}`)).body;
    assert.equal(after.state, 'done');
    assert.equal(upstream.count('POST /items'), view.state === 'awaitingApproval' ? sent + 1 : sent);
    assert.ok(upstream.count('POST /items') <= 1);
    if (view.state === 'done') assert.equal(sent, 1);
  });
}

/** Answers as a person would who looks at the other side first. */
async function settle(api: Api, { id, state, interactions }: { id: string; state: string; interactions: { id: string; kind: string }[] }) {
  if (state === 'awaitingApproval') return api.resume(id);
  if (state === 'done') return;
  assert.deepEqual([state, interactions.at(-1)?.kind], ['paused', 'unknown_outcome']);
  return api.resume(id, { action: 'happened', interaction: interactions.at(-1)!.id, content: { result: { stored: true } } });
}

for (const crash of ['before-batch:1', 'after-batch:1', 'before-send:1', 'after-answer:1', 'before-batch:2']) {
  test(`a call whose daemon dies at ${crash}, asked again under its key, is one execution with one effect`, async t => {
    const { dataDir, upstream, daemon } = await furnish(t);
    await daemon.api.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
    await daemon.stop();
    const doomed = await startDaemon(t, dataDir, { EXECUTOR_CRASH_AT: crash });
    const keyed = { headers: { 'idempotency-key': 'k' } };
    await survived(doomed.api.invoke('w.items.create', { name: 'bolt' }, keyed));
    await doomed.kill();
    const { api } = await startDaemon(t, dataDir);
    const again = await api.invoke('w.items.create', { name: 'bolt' }, keyed);
    const { items } = (await api.get('/api/executions')).body;
    assert.equal(items.length, 1);
    assert.equal(again.body.executionId ?? again.body.error.executionId, items[0].id);
    assert.ok(upstream.count('POST /items') <= 1);
    if (again.status === 200) assert.equal(upstream.count('POST /items'), 1);
    else assert.equal(again.body.error.interactions[0].kind, 'unknown_outcome');
  });

  test(`a read whose daemon dies at ${crash} is run again, or was never taken`, async t => {
    const { dataDir, daemon } = await furnish(t);
    await daemon.stop();
    const doomed = await startDaemon(t, dataDir, { EXECUTOR_CRASH_AT: crash });
    await survived(doomed.api.invoke('w.items.list'));
    await doomed.kill();
    const { api } = await startDaemon(t, dataDir);
    for (const { id } of (await api.get('/api/executions')).body.items) {
      assert.equal((await api.get(`/api/executions/${id}?wait=20`)).body.state, 'done');
    }
    assert.equal((await api.invoke('w.items.list')).status, 200);
  });
}

test('a write in flight at a SIGKILL is asked about, and run again only when a person says so', async t => {
  let arrive = () => {};
  const arrived = new Promise<void>(resolve => {
    arrive = resolve;
  });
  const { dataDir, upstream, daemon } = await furnish(t, (request, res) => {
    if (upstream.count('POST /items') === 1)
      arrive(); // and no answer
    else ordinary(request, res);
  });
  const id: string = (await daemon.api.invoke('w.items.create', { name: 'bolt' })).body.error.executionId;
  const asked = survived(daemon.api.resume(id));
  await arrived;
  await daemon.kill();
  await asked;
  const { api } = await startDaemon(t, dataDir);
  const view = (await api.get(`/api/executions/${id}?wait=20`)).body;
  assert.deepEqual([view.state, view.interactions.at(-1).kind], ['paused', 'unknown_outcome']);
  assert.equal(upstream.count('POST /items'), 1);
  const again = await api.resume(id, { action: 'run_again', interaction: `${id}.2` });
  assert.equal(again.body.state, 'done', again.text);
  assert.equal(upstream.count('POST /items'), 2);
  assert.equal((await api.resume(id, { action: 'run_again', interaction: `${id}.2` })).body.state, 'done');
  assert.equal(upstream.count('POST /items'), 2);
});

test('twenty writes at once, a SIGKILL in their midst: none leaves twice, and none is lost', async t => {
  for (const at of [1, 7, 20]) {
    let die = () => {};
    const { dataDir, upstream, daemon } = await furnish(t, (request, res) => {
      if (request.method === 'POST' && upstream.count('POST /items') === at) die();
      ordinary(request, res);
    });
    await daemon.api.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
    die = () => process.kill(daemon.pid, 'SIGKILL');
    const names = Array.from({ length: 20 }, (_, n) => `item ${n}`);
    const call = (api: Api, name: string) => api.invoke('w.items.create', { name }, { headers: { 'idempotency-key': name } });
    await Promise.all(names.map(name => survived(call(daemon.api, name))));
    await daemon.exited;
    die = () => {};
    const { api } = await startDaemon(t, dataDir);
    const answers = await Promise.all(names.map(name => call(api, name)));
    for (const [n, { status, body }] of answers.entries()) {
      const seen = upstream.arrived.filter(({ method, text }) => method === 'POST' && JSON.parse(text).name === names[n]).length;
      if (status === 200) assert.equal(seen, 1, `${names[n]} is done`);
      else {
        assert.equal(body.error.interactions[0].kind, 'unknown_outcome');
        assert.ok(seen <= 1, `${names[n]} was sent ${seen} times`);
      }
    }
    assert.equal((await api.get('/api/executions?limit=100')).body.items.length, 20);
  }
});

test('a source whose indexing is cut off by a SIGKILL is finished by the next start', async t => {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, (_request, res) => answerJson(res, 200, description(upstream.origin)));
  const doomed = await startDaemon(t, dataDir);
  await doomed.api.post('/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'w', allowPrivate: true });
  await doomed.kill();
  const { api } = await startDaemon(t, dataDir);
  const { state, toolCount } = (await api.get('/api/sources/w?wait=30')).body;
  assert.deepEqual([state, toolCount], ['ready', 10]);
  const { items } = (await api.get('/api/tools?source=w&limit=100')).body;
  assert.equal(new Set(items.map(({ path }: { path: string }) => path)).size, 10);
});

test('a stop by SIGTERM with a call that waits loses nothing, and ends in good order', async t => {
  const { dataDir, daemon } = await furnish(t);
  const id: string = (await daemon.api.invoke('w.items.create', { name: 'bolt' })).body.error.executionId;
  const held = survived(daemon.api.get(`/api/executions/${id}?wait=60`));
  await daemon.stop();
  assert.equal(await daemon.exited, 0, daemon.log());
  await held;
  const { api } = await startDaemon(t, dataDir);
  assert.equal((await api.resume(id)).body.state, 'done');
});
