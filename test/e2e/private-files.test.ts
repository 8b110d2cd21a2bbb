import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import WebSocket from 'ws';
import { commandLine, DIST, startDaemon, surroundings, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

/** Every file and directory under one, itself included. */
function everything(path: string): string[] {
  return statSync(path).isDirectory() ? [path, ...readdirSync(path).flatMap(name => everything(join(path, name)))] : [path];
}

test('the directory is 0700 and every file in it 0600, LevelDB’s too, whatever the umask of who starts it', async t => {
  const dataDir = temporaryDataDir(t);
  const before = process.umask(0o000);
  t.after(() => process.umask(before));
  const executor = commandLine(dataDir);
  const daemon = await startDaemon(t, dataDir);
  await daemon.api.post('/api/sources', { spec: description('http://127.0.0.1:9'), namespace: 'w', allowPrivate: true });
  await daemon.api.get('/api/sources/w?wait=30');
  await daemon.stop();
  assert.equal((await executor(['daemon', 'start'])).code, 0);
  t.after(() => executor(['daemon', 'stop']));
  const seen = everything(dataDir);
  for (const name of ['token', 'key', 'daemon.json', 'db/CURRENT', 'logs/daemon.log']) assert.ok(seen.includes(join(dataDir, name)), name);
  for (const path of seen) {
    const { mode } = statSync(path);
    assert.equal((mode & 0o777).toString(8), statSync(path).isDirectory() ? '700' : '600', path);
  }
  await executor(['daemon', 'stop']);
});

test('the token is there before the port opens', async t => {
  const dataDir = temporaryDataDir(t);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const order: string[] = [];
  const watching = watch(dataDir, (_event, name) => {
    if ((name === 'token' || name === 'daemon.json') && !order.includes(name)) order.push(name);
  });
  t.after(() => watching.close());
  const daemon = await startDaemon(t, dataDir);
  assert.equal((await daemon.api.get('/api/session')).body.role, 'owner');
  assert.deepEqual(order, ['token', 'daemon.json']);
});

const SECRET = 'Bearer sEcReT-va1ue/with+odd=chars~and.length.0123456789';
const BARE = SECRET.slice('Bearer '.length);

/** The forms in which a value could leak. */
const forms = [SECRET, BARE].flatMap(value => [
  value,
  Buffer.from(value).toString('base64').replace(/=+$/, ''),
  Buffer.from(value).toString('base64url'),
  Buffer.from(value).toString('hex'),
  encodeURIComponent(value),
  JSON.stringify(value).slice(1, -1),
]);
const leaksIn = (text: string) => forms.filter(form => text.includes(form));

test('the values of static headers reach their upstream, and nothing else ever holds them', async t => {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, ({ path }, res) => answerJson(res, path === '/broken' ? 500 : 200, { said: 'nothing of it' }));
  const daemon = await startDaemon(t, dataDir);
  const frames: string[] = [];
  const socket = new WebSocket(`${daemon.url.replace('http', 'ws')}/ws`, ['executor', `bearer.${daemon.token}`]);
  socket.on('message', data => frames.push(String(data)));
  await new Promise(resolve => socket.once('open', resolve));
  for (const topic of ['sources', 'executions', 'pending']) socket.send(JSON.stringify({ type: 'subscribe', topic }));
  const said: string[] = [];
  const { api } = daemon;
  const say = async (reply: Promise<{ text: string; headers: Headers }>) => {
    const { text, headers } = await reply;
    said.push(text, JSON.stringify([...headers]));
  };
  const source = {
    spec: description(upstream.origin),
    namespace: 'w',
    allowPrivate: true,
    headers: { authorization: SECRET, 'x-second': BARE },
  };
  await say(api.post('/api/sources', source));
  await say(api.get('/api/sources/w?wait=30'));
  await say(api.post('/api/sources', source));
  await say(api.post('/api/sources', { ...source, headers: { authorization: `${SECRET}!` } }));
  await say(api.invoke('w.items.list'));
  await say(api.invoke('w.faults.broken'));
  await say(api.invoke('w.items.create', { name: 'bolt' }));
  await say(api.invoke('w.items.create', { name: 4 }));
  await say(api.patch('/api/sources/w', { headers: { authorization: SECRET, 'x-third': `a${BARE}` } }));
  await say(api.get('/api/sources/w?wait=30'));
  const [pending] = (await api.get('/api/executions?state=pending')).body.items;
  await say(api.resume(pending.id));
  for (const path of ['sources', 'tools', 'executions', 'policies', 'connect', `executions/${pending.id}/log`, 'tools/w.items.create'])
    await say(api.get(`/api/${path}`));
  await say(api.get('/metrics'));
  assert.ok(upstream.arrived.length >= 3);
  for (const { headers } of upstream.arrived) assert.equal(headers.authorization, SECRET);
  assert.equal(upstream.arrived.at(-1)?.headers['x-third'], `a${BARE}`);
  socket.terminate();
  await daemon.stop();

  assert.deepEqual(leaksIn(said.join('\n')), [], 'in HTTP answers');
  assert.deepEqual(leaksIn(frames.join('\n')), [], 'in /ws frames');
  assert.ok(frames.length > 5);
  assert.deepEqual(leaksIn(daemon.log()), [], 'in the log');
  for (const path of everything(dataDir)) {
    if (statSync(path).isFile()) assert.deepEqual(leaksIn(readFileSync(path, 'latin1')), [], path);
  }
  // LevelDB compresses its tables: look at what it holds as well.
  const db = new ClassicLevel<Buffer, Buffer>(join(dataDir, 'db'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  for await (const [key, value] of db.iterator())
    assert.deepEqual(leaksIn(`${key.toString('latin1')} ${value.toString('latin1')}`), [], String(key));
  await db.close();
});

test('an upstream that says the secret back does not get it into history, answers or logs', async t => {
  const dataDir = temporaryDataDir(t);
  const upstream = await recordUpstream(t, ({ path, headers }, res) =>
    answerJson(res, path === '/broken' ? 500 : 200, { message: `bad credentials: ${headers.authorization}`, seen: headers['x-second'] }),
  );
  const daemon = await startDaemon(t, dataDir);
  const { api } = daemon;
  await api.post('/api/sources', {
    spec: description(upstream.origin),
    namespace: 'w',
    allowPrivate: true,
    headers: { authorization: SECRET, 'x-second': BARE },
  });
  await api.get('/api/sources/w?wait=30');
  const answers = [await api.invoke('w.faults.broken'), await api.invoke('w.items.list')];
  const views = await Promise.all(answers.map(({ body }) => api.get(`/api/executions/${body.executionId}`)));
  const logs = await Promise.all(answers.map(({ body }) => api.get(`/api/executions/${body.executionId}/log`)));
  assert.deepEqual(leaksIn([...answers, ...views, ...logs].map(({ text }) => text).join('\n')), []);
  await daemon.stop();
  assert.deepEqual(leaksIn(daemon.log()), []);
});

test('the owner’s token is in its file and nowhere else', async t => {
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir);
  await daemon.api.get('/api/sources');
  await daemon.api.get('/api/sources/nobody');
  await daemon.stop();
  for (const path of everything(dataDir)) {
    if (!statSync(path).isFile() || path === join(dataDir, 'token')) continue;
    assert.ok(!readFileSync(path, 'latin1').includes(daemon.token), path);
  }
  assert.ok(!daemon.log().includes(daemon.token));
});

test('a directory of others, or one that is no directory, is refused with what to do', async t => {
  const dataDir = temporaryDataDir(t);
  const ended = await new Promise<{ code: number | null; text: string }>(resolve => {
    const child = spawn(process.execPath, [join(DIST, 'daemon.js')], {
      env: surroundings('/dev/null/x'),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', chunk => {
      text += chunk;
    });
    child.on('close', code => resolve({ code, text }));
  });
  assert.equal(ended.code, 1);
  assert.match(ended.text, /EXECUTOR_DATA_DIR/);
  assert.ok(dataDir);
});
