import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

/** A stopped data directory with a source, a rule, and two calls: one done, one that waits. */
async function furnish(t: TestContext) {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, (_request, res) => answerJson(res, 201, { stored: true }));
  const daemon = await startDaemon(t, dataDir);
  await daemon.api.post('/api/sources', {
    spec: description(upstream.origin),
    namespace: 'w',
    allowPrivate: true,
    headers: { 'x-key': 'sealed' },
  });
  assert.equal((await daemon.api.get('/api/sources/w?wait=30')).body.state, 'ready');
  await daemon.api.put('/api/policies', { pattern: 'w.faults.**', decision: 'block' });
  const done: string = (await daemon.api.invoke('w.items.list')).body.executionId;
  const waiting: string = (await daemon.api.invoke('w.items.create', { name: 'bolt' })).body.error.executionId;
  const victim: string = (await daemon.api.invoke('w.items.create', { name: 'nut' })).body.error.executionId;
  await daemon.stop();
  return { dataDir, upstream, done, waiting, victim };
}

/** Writes straight into the database of a daemon that does not run. */
async function damage(dataDir: string, space: string, key: string, value: string): Promise<void> {
  const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
  const sublevel = db.sublevel<string, string>(space, { valueEncoding: 'utf8' });
  assert.notEqual(await sublevel.get(key), undefined, `${space} ${key} is there to be damaged`);
  await sublevel.put(key, value);
  await db.close();
}

async function stillWorks(daemon: DaemonProcess, { waiting, done }: { waiting: string; done: string }): Promise<void> {
  assert.equal((await daemon.api.get(`/api/executions/${done}`)).body.state, 'done');
  const approved = await daemon.api.resume(waiting);
  assert.deepEqual([approved.status, approved.body.state], [200, 'done'], approved.text);
  assert.equal((await daemon.api.invoke('w.items.list')).status, 200);
}

const garbage = [
  'not json at all \u0000\u0001',
  '{}',
  'null',
  '{"kind":"call","version":1,"seq":1,"at":"x","snapshot":{"status":"active","value":"nowhere","context":{},"children":{}}}',
  '{"kind":"call","version":99,"seq":1,"at":"x","snapshot":{}}',
];

for (const [n, text] of garbage.entries()) {
  test(`a call’s row that is garbage (${n + 1}) is told as that, and the others go on`, async t => {
    const world = await furnish(t);
    await damage(world.dataDir, 'actor', `call:${world.victim}`, text);
    const daemon = await startDaemon(t, world.dataDir);
    for (const asked of [
      await daemon.api.get(`/api/executions/${world.victim}`),
      await daemon.api.resume(world.victim),
      await daemon.api.post(`/api/executions/${world.victim}/cancel`),
    ]) {
      assert.deepEqual([asked.status, asked.body.error?.code], [500, 'internal'], asked.text);
      assert.match(asked.body.error.message, /quarantined/);
    }
    const pending = (await daemon.api.get('/api/executions?state=pending')).body.items.map(({ id }: { id: string }) => id);
    assert.ok(pending.includes(world.waiting) && !pending.includes(world.victim), JSON.stringify(pending));
    assert.equal((await daemon.api.get('/api/executions')).status, 200);
    await stillWorks(daemon, world);
    assert.equal(world.upstream.count('POST /items'), 1, 'the quarantined call has not left');
    await daemon.kill();
    const again = await startDaemon(t, world.dataDir);
    assert.equal((await again.api.get(`/api/executions/${world.victim}`)).status, 500, 'it is kept as it is, for a person to look at');
  });
}

test('a source’s row that is garbage does not keep the daemon from starting, and its calls are refused with a code', async t => {
  const world = await furnish(t);
  await damage(world.dataDir, 'actor', 'source:w', 'garbage');
  const daemon = await startDaemon(t, world.dataDir);
  assert.equal((await daemon.api.get('/api/sources')).status, 200);
  assert.equal((await daemon.api.get(`/api/executions/${world.done}`)).body.state, 'done');
  const { status, body } = await daemon.api.invoke('w.items.list');
  assert.ok(status >= 400 && typeof body.error.code === 'string', JSON.stringify(body));
  const elsewhere = { spec: description(world.upstream.origin), namespace: 'v', allowPrivate: true };
  await daemon.api.post('/api/sources', elsewhere);
  assert.equal((await daemon.api.get('/api/sources/v?wait=30')).body.state, 'ready');
});

test('a tool’s row that is garbage fails its own calls only', async t => {
  const world = await furnish(t);
  await damage(world.dataDir, 'tool', 'w!1!w.items.get', '{broken');
  const daemon = await startDaemon(t, world.dataDir);
  const { status, body } = await daemon.api.invoke('w.items.get', { id: '1' });
  assert.ok(status >= 400 && typeof body.error.code === 'string', `${status} ${JSON.stringify(body)}`);
  await stillWorks(daemon, world);
});

test('a sealed header that is garbage fails the calls that need it, with what to do, and nothing leaves', async t => {
  const world = await furnish(t);
  const db = new ClassicLevel<string, string>(join(world.dataDir, 'db'));
  const [handle] = await db.sublevel('secret').keys().all();
  await db.close();
  await damage(world.dataDir, 'secret', handle!, 'v1.AAAA');
  const daemon = await startDaemon(t, world.dataDir);
  const before = world.upstream.arrived.length;
  const { status, body } = await daemon.api.invoke('w.items.list');
  assert.ok(status >= 400 && typeof body.error.code === 'string', `${status} ${JSON.stringify(body)}`);
  assert.equal(world.upstream.arrived.length, before);
  assert.equal((await daemon.api.get('/healthz')).status, 200);
});

test('a rule that is garbage never opens what it closed', async t => {
  const world = await furnish(t);
  const db = new ClassicLevel<string, string>(join(world.dataDir, 'db'));
  const [id] = await db.sublevel('policy').keys().all();
  await db.close();
  await damage(world.dataDir, 'policy', id!, 'garbage');
  const daemon = await startDaemon(t, world.dataDir).catch((error: Error) => error);
  if (daemon instanceof Error) assert.match(daemon.message, /polic|rule/i, 'a daemon that refuses to start says what is wrong');
  else assert.notEqual((await daemon.api.invoke('w.faults.broken')).status, 200);
});

test('a database that cannot be opened is told with its place, and not touched', async t => {
  const world = await furnish(t);
  const db = join(world.dataDir, 'db');
  writeFileSync(join(db, 'CURRENT'), 'nonsense');
  const before = readdirSync(db).sort();
  await assert.rejects(startDaemon(t, world.dataDir), (error: Error) => {
    assert.match(error.message, /database .*db|database in/);
    assert.ok(error.message.includes(world.dataDir));
    return true;
  });
  assert.deepEqual(
    readdirSync(db)
      .filter(name => !/^LOG/.test(name))
      .sort(),
    before.filter(name => !/^LOG/.test(name)),
  );
});
