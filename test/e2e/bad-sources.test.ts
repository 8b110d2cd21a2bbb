import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { commandLine, type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, type Recorder, recordUpstream } from '../upstream-recorder.ts';

const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
after(async () => {
  for (const fn of end) await fn();
});

const MIB = 1024 * 1024;
let daemon: DaemonProcess;
let executor: ReturnType<typeof commandLine>;
let upstream: Recorder;
let streamed = 0;

before(async () => {
  const dataDir = temporaryDataDir(t);
  daemon = await startDaemon(t, dataDir);
  executor = commandLine(dataDir);
  upstream = await recordUpstream(t, async ({ path }, res) => {
    const text = (type: string, body: string) => res.writeHead(200, { 'content-type': type }).end(body);
    switch (path) {
      case '/good.json':
        return answerJson(res, 200, description(upstream.origin));
      case '/other.json':
        return answerJson(res, 200, { name: 'a package', version: '1.0.0' });
      case '/list.json':
        return answerJson(res, 200, [1, 2, 3]);
      case '/no-paths.json':
        return answerJson(res, 200, { openapi: '3.1.0', info: { title: 'Nothing', version: '1' } });
      case '/empty-paths.json':
        return answerJson(res, 200, { openapi: '3.0.0', info: { title: 'Nothing', version: '1' }, paths: {} });
      case '/cut.json':
        return text('application/json', JSON.stringify(description(upstream.origin)).slice(0, 400));
      case '/page.html':
        return text('text/html', '<!doctype html><html><head><title>Docs</title></head><body>Read our API docs</body></html>');
      case '/nothing':
        return text('application/json', '');
      case '/binary':
        return text('application/octet-stream', '\u0000\u0001\ufffd'.repeat(1000));
      case '/huge.json':
      case '/huge-declared.json':
        return stream(res, path === '/huge-declared.json');
      default:
        return answerJson(res, 404, { message: 'not here' });
    }
  });
});

/** 200 MB of a description that never ends in time, as fast as they are taken. */
async function stream(res: ServerResponse, declared: boolean): Promise<void> {
  const chunk = Buffer.alloc(MIB, ' ');
  res.on('error', () => {}); // the other side is expected to hang up
  res.writeHead(200, { 'content-type': 'application/json', ...(declared && { 'content-length': 200 * MIB + 1 }) });
  res.write('{');
  const closed = once(res, 'close');
  streamed = 0;
  for (let n = 0; n < 200 && !res.destroyed; n++) {
    streamed += chunk.length;
    const isFull = !res.write(chunk);
    if (isFull) await Promise.race([once(res, 'drain'), closed]);
  }
  res.end();
}

const bad: [path: string, code: string, message: RegExp][] = [
  ['/other.json', 'source_not_recognised', /./],
  ['/list.json', 'source_not_recognised', /./],
  ['/no-paths.json', 'source_not_recognised', /paths|operation/i],
  ['/empty-paths.json', 'source_not_recognised', /paths|operation/i],
  ['/cut.json', 'source_not_recognised', /./],
  ['/page.html', 'source_not_recognised', /HTML|page/i],
  ['/nothing', 'source_not_recognised', /empty|nothing/i],
  ['/binary', 'source_not_recognised', /./],
  ['/gone.json', 'source_not_recognised', /404/],
];

for (const [path, code, message] of bad) {
  test(`${path.slice(1)} is no source: the answer says why, and nothing is added`, async () => {
    const url = upstream.origin + path;
    const namespace = path.slice(1).replace('.', '-');
    const before = (await daemon.api.get('/api/sources')).text;
    assert.equal((await daemon.api.post('/api/sources', { url, namespace, allowPrivate: true })).status, 202);
    const failed = (await daemon.api.get(`/api/sources/${namespace}?wait=30`)).body;
    assert.deepEqual([failed.state, failed.error?.code, failed.toolCount], ['failed', code, 0], JSON.stringify(failed));
    assert.match(failed.error.message, message);
    const { code: exit, stderr } = await executor(['add', url, '--name', namespace, '--allow-private']);
    assert.equal(exit, 1);
    assert.match(stderr, new RegExp(code));
    assert.deepEqual((await daemon.api.get(`/api/tools?source=${namespace}`)).body.items, []);
    assert.equal((await daemon.api.delete(`/api/sources/${namespace}`)).status, 200);
    assert.equal((await daemon.api.get('/api/sources')).text, before);
  });
}

test('200 MB are cut off at the limit, whether declared or not, and memory stays where it was', async () => {
  for (const path of ['/huge.json', '/huge-declared.json']) {
    const { status, body } = await daemon.api.post('/api/sources', { url: upstream.origin + path, allowPrivate: true });
    assert.deepEqual([status, body.error.code], [413, 'body_too_large'], path);
    assert.ok(streamed < 160 * MIB, `${streamed / MIB} MiB were taken`);
    await daemon.api.post('/api/sources', { url: upstream.origin + path, namespace: 'huge', allowPrivate: true });
    const failed = (await daemon.api.get('/api/sources/huge?wait=60')).body;
    assert.deepEqual([failed.state, failed.error.code], ['failed', 'body_too_large']);
    await daemon.api.delete('/api/sources/huge');
  }
  assert.equal((await daemon.api.get('/healthz')).status, 200);
});

test('without a namespace to keep the failure under, what is no description is refused outright', async () => {
  const before = (await daemon.api.get('/api/sources')).text;
  for (const path of ['/other.json', '/page.html', '/binary', '/nothing', '/gone.json']) {
    for (const route of ['/api/sources', '/api/detect']) {
      const { status, body } = await daemon.api.post(route, { url: upstream.origin + path, allowPrivate: true });
      assert.deepEqual([status, body.error?.code], [422, 'source_not_recognised'], `${route} ${path}`);
    }
  }
  assert.equal((await daemon.api.get('/api/sources')).text, before);
});

test('a taken namespace is refused by every way to add, and the source there stays as it is', async () => {
  const source = { url: `${upstream.origin}/good.json`, namespace: 'taken', allowPrivate: true };
  await daemon.api.post('/api/sources', source);
  const before = (await daemon.api.get('/api/sources/taken?wait=30')).text;
  const other = await daemon.api.post('/api/sources', { ...source, url: `${upstream.origin}/other.json` });
  assert.deepEqual([other.status, other.body.error.code], [409, 'source_exists']);
  const { code, stderr } = await executor(['add', `${upstream.origin}/other.json`, '--name', 'taken', '--allow-private']);
  assert.equal(code, 1);
  assert.match(stderr, /source_exists/);
  assert.equal((await daemon.api.get('/api/sources/taken')).text, before);
});

test('a host that is not there, or does not exist, is unreachable', async () => {
  const silent = await recordUpstream(t, () => {});
  await silent.close();
  for (const url of [`${silent.origin}/openapi.json`, 'http://no-such-host.invalid/openapi.json']) {
    const { status, body } = await daemon.api.post('/api/sources', { url, allowPrivate: true });
    assert.deepEqual([status, body.error.code], [502, 'upstream_unreachable'], url);
    const { code, stderr } = await executor(['add', url, '--name', 'far', '--allow-private']);
    assert.equal(code, 1);
    assert.match(stderr, /upstream_unreachable/);
    await daemon.api.delete('/api/sources/far');
  }
});

test('a private address is refused unless the source says otherwise, and cloud metadata always', async () => {
  const { status, body } = await daemon.api.post('/api/sources', { url: `${upstream.origin}/good.json`, namespace: 'p' });
  assert.equal(status, 202);
  const refused = (await daemon.api.get('/api/sources/p?wait=30')).body;
  assert.deepEqual([refused.state, refused.error.code], ['failed', 'egress_refused'], body);
  assert.match(refused.error.message, /--allow-private/);
  await daemon.api.delete('/api/sources/p');
  for (const host of ['169.254.169.254', '[fd00:ec2::254]', '[::ffff:169.254.169.254]', '2852039166', '0xa9fea9fe']) {
    const metadata = await daemon.api.post('/api/sources', { url: `http://${host}/openapi.json`, allowPrivate: true });
    assert.deepEqual([metadata.status, metadata.body.error.code], [422, 'egress_refused'], host);
  }
  assert.ok(!upstream.arrived.some(({ headers }) => headers.authorization));
});
