import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isAlive, openRig, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
});
after(() => rig.close());

/** Somebody who listens where the daemon is said to be. `token` is what it proves itself with, if it can. */
async function listen(token?: string) {
  const heard: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    heard.push(req);
    const nonce = new URL(req.url!, 'http://x').searchParams.get('challenge') ?? '';
    const challenge = token ? createHmac('sha256', token).update(nonce).digest('hex') : 'ab'.repeat(32);
    const body = req.url!.startsWith('/healthz') ? { ok: true, version: '9.9.9', pid: 1, challenge } : { items: [] };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () => new Promise(resolve => server.close(resolve)),
  };
}

const SECRET = `exec_owner_${'s'.repeat(43)}`;

test('the token of the file never reaches a daemon that cannot prove itself', async () => {
  const impostor = await listen();
  mkdirSync(rig.dataDir, { recursive: true });
  writeFileSync(join(rig.dataDir, 'token'), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(rig.dataDir, 'daemon.json'), JSON.stringify({ pid: 1, url: impostor.url, version: '1', startedAt: 'now' }));

  const status = await rig.run(['daemon', 'status', '--json']);
  assert.equal(status.code, 6);
  assert.equal(JSON.parse(status.stdout).running, false);

  const named = await rig.run(['sources', '--json'], { env: { EXECUTOR_URL: impostor.url } });
  assert.equal(named.code, 0, named.stderr);
  for (const request of impostor.heard) assert.doesNotMatch(JSON.stringify(request.rawHeaders), /exec_owner|authorization/i);

  const { code, stderr } = await rig.run(['sources', '--json']);
  assert.equal(code, 0, stderr);
  assert.notEqual(rig.daemonFile()!.url, impostor.url, 'a daemon of its own was started');
  assert.ok(isAlive(rig.daemonFile()!.pid));
  for (const request of impostor.heard) assert.doesNotMatch(JSON.stringify(request.rawHeaders), /exec_owner|authorization/i);
  await impostor.close();
});

test('with EXECUTOR_URL the token goes to a daemon on this machine that proved itself, and EXECUTOR_TOKEN to the one named', async () => {
  const honest = await listen(SECRET);
  await rig.run(['sources'], { env: { EXECUTOR_URL: honest.url } });
  assert.equal(honest.heard.at(-1)!.headers.authorization, `Bearer ${SECRET}`);
  await rig.run(['sources'], { env: { EXECUTOR_URL: honest.url, EXECUTOR_TOKEN: 'exec_agent_x' } });
  assert.equal(honest.heard.at(-1)!.headers.authorization, 'Bearer exec_agent_x');
  await honest.close();
});

test('with EXECUTOR_URL nothing is started', async () => {
  const elsewhere = { EXECUTOR_URL: 'http://127.0.0.1:9', EXECUTOR_DATA_DIR: join(rig.home, 'untouched') };
  const { code, stdout, stderr } = await rig.run(['sources'], { env: elsewhere });
  assert.deepEqual(
    { code, stdout, stderr },
    { code: 6, stdout: '', stderr: 'executor: http://127.0.0.1:9 does not answer: ECONNREFUSED\n' },
  );
  assert.equal((await rig.run(['daemon', 'start'], { env: elsewhere })).code, 6);
  assert.equal((await rig.run(['daemon', 'stop'], { env: elsewhere })).code, 6);
});

test('an answer that is no JSON is no daemon', async () => {
  const server = createServer((_req, res) => res.end('<html>It works!</html>'));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { code, stderr } = await rig.run(['sources'], {
    env: { EXECUTOR_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  });
  assert.equal(code, 6);
  assert.match(stderr, /is no JSON, so this is not an executor daemon/);
  server.close();
});
