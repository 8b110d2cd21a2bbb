import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

const CODE = `
const stock = await tools.w.items.list();
const made = [];
for (const name of ['a', 'b', 'c']) {
  const [item] = await Promise.all([tools.w.items.create({ name, amount: 1 + Math.floor(Math.random() * 9) }), tools.w.items.get({ id: name })]);
  made.push([item.name, item.amount, Date.now()]);
}
console.log('made', made.length);
return { stock: stock.length, made };
`;

test('a program paused at its third approval survives a SIGKILL and goes on, without repeating one call', async t => {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, ({ method, text }, res) =>
    answerJson(res, method === 'POST' ? 201 : 200, method === 'POST' ? JSON.parse(text) : [{ name: 'bolt' }]),
  );
  const first = await startDaemon(t, dataDir);
  await first.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.equal((await first.api.get('/api/sources/w?wait=60')).body.state, 'ready');
  const { id } = (await first.api.post('/api/executions', { code: CODE })).body;
  let view = (await first.api.get(`/api/executions/${id}?wait=60`)).body;
  for (let n = 0; n < 2; n++) view = (await first.api.resume(id, { action: 'accept', interaction: view.interactions.at(-1).id })).body;
  assert.deepEqual([view.state, view.interactions.length, upstream.count('POST /items')], ['paused', 3, 2]);
  const { log } = (await first.api.get(`/api/actors/program:${id}`)).body;
  await first.kill();

  const second = await startDaemon(t, dataDir);
  const found = (await second.api.get(`/api/executions/${id}`)).body;
  const actor = (await second.api.get(`/api/actors/program:${id}`)).body;
  assert.deepEqual([actor.effects, actor.log], [[], log], 'a program that waits for people is not run again by a restart');
  assert.deepEqual([found.state, found.interactions, found.calls], ['paused', view.interactions.map(moved(second.url)), found.calls]);
  assert.deepEqual((await second.api.get('/api/executions?state=pending')).body.items.length, 1);
  const ended = (await second.api.resume(id, { action: 'accept', interaction: view.interactions[2].id })).body;
  assert.equal(ended.state, 'done', JSON.stringify(ended));
  assert.deepEqual(
    ended.result.made.map(([name]: [string]) => name),
    ['a', 'b', 'c'],
  );
  const sent = upstream.arrived.filter(({ method }) => method === 'POST').map(({ text }) => JSON.parse(text));
  assert.deepEqual(
    sent.map(({ name, amount }) => [name, amount]),
    ended.result.made.map(([name, amount]: [string, number]) => [name, amount]),
  );
  assert.deepEqual([upstream.count('GET /items'), upstream.count('GET /items/a'), upstream.count('GET /items/c')], [1, 1, 1]);
  const times = ended.result.made.map((made: [string, number, number]) => made[2]);
  assert.ok(times[0] <= times[1] && times[1] <= times[2]);
  const output = (await second.api.get(`/api/executions/${id}/output`)).body;
  assert.deepEqual(
    output.logs.map(({ text }: { text: string }) => text),
    ['made 3'],
  );
});

/** The links of interactions name the daemon that shows them. */
const moved = (url: string) => (interaction: { url: string }) => ({ ...interaction, url: url + new URL(interaction.url).pathname });

test('a program that sleeps sleeps on over a SIGKILL, neither shorter nor from the start', async t => {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, (_, res) => answerJson(res, 200, [{ name: 'bolt' }]));
  const first = await startDaemon(t, dataDir);
  await first.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.equal((await first.api.get('/api/sources/w?wait=60')).body.state, 'ready');
  const code = 'await tools.w.items.list(); await sleep(4_000); await tools.w.items.get({ id: "a" }); return "slept";';
  const { id } = (await first.api.post('/api/executions', { code })).body;
  type Step = { kind: string; askedAt: string };
  const sleeping = async (): Promise<Step> => {
    const { items } = (await first.api.get(`/api/executions/${id}/journal`)).body as { items: Step[] };
    return items.find(({ kind }) => kind === 'sleep') ?? sleeping();
  };
  const since = Date.parse((await sleeping()).askedAt);
  await first.kill();

  const second = await startDaemon(t, dataDir);
  const ended = (await second.api.get(`/api/executions/${id}?wait=60`)).body;
  assert.deepEqual([ended.state, ended.result], ['done', 'slept'], JSON.stringify(ended));
  assert.deepEqual([upstream.count('GET /items'), upstream.count('GET /items/a')], [1, 1]);
  const { items } = (await second.api.get(`/api/executions/${id}/journal`)).body as { items: Step[] };
  assert.equal(Date.parse(items.find(({ kind }) => kind === 'sleep')!.askedAt), since, 'it is the sleep that was begun');
  assert.ok(Date.parse(items.at(-1)!.askedAt) - since >= 4_000, JSON.stringify(items));
});

for (const crash of ['before-batch:2', 'after-batch:3', 'before-send:1', 'after-answer:2', 'after-batch:8']) {
  test(`a program whose daemon dies at ${crash} goes on where it was, and writes once`, async t => {
    const dataDir = temporaryDataDir(t);
    const upstream = await recordUpstream(t, ({ method, text }, res) =>
      answerJson(res, 200, method === 'POST' ? JSON.parse(text) : [{ name: 'bolt' }]),
    );
    const first = await startDaemon(t, dataDir);
    await first.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
    assert.equal((await first.api.get('/api/sources/w?wait=60')).body.state, 'ready');
    await first.api.put('/api/policies', { pattern: 'w.items.create', decision: 'allow' });
    await first.stop();
    const doomed = await startDaemon(t, dataDir, { EXECUTOR_CRASH_AT: crash });
    const code = `
      await tools.w.items.list();
      const made = await Promise.all(['a', 'b'].map(name => tools.w.items.create({ name })));
      return made.map(({ name }) => name);
    `;
    const asking = { headers: { 'idempotency-key': 'once' } };
    const started = await doomed.api.post('/api/executions', { code }, asking).catch(() => undefined);
    if (started) await doomed.api.get(`/api/executions/${started.body.id}?wait=30`).catch(() => undefined);
    await doomed.kill();
    const { api } = await startDaemon(t, dataDir);
    const again = (await api.post('/api/executions', { code }, asking)).body;
    if (started) assert.equal(again.id, started.body.id);
    let view = (await api.get(`/api/executions/${again.id}?wait=60`)).body;
    // A write that was in flight asks a person, who looks at the other side.
    for (const { id, executionId, kind } of view.interactions) {
      assert.equal(kind, 'unknown_outcome');
      const { input } = (await api.get(`/api/executions/${executionId}`)).body;
      const has = upstream.arrived.some(({ text }) => text === JSON.stringify(input));
      const answer = has ? { action: 'happened', content: { result: input } } : { action: 'run_again' };
      view = (await api.resume(again.id, { ...answer, interaction: id })).body;
    }
    assert.deepEqual([view.state, view.result], ['done', ['a', 'b']], JSON.stringify(view));
    assert.equal(upstream.count('POST /items'), 2);
    assert.equal((await api.get('/api/executions')).body.items.length, 1);
  });
}
