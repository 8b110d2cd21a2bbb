import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { type OidcProvider, openProvider, surf } from '../oauth/provider.ts';

// One daemon after the other on one data directory and at one port: the link that was opened leads back to the next one.
const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
after(async () => {
  for (const fn of end) await fn();
});

let provider: OidcProvider;
let daemon: DaemonProcess;
const dataDir = temporaryDataDir(t);
const restart = async (): Promise<void> => {
  const { port } = new URL(daemon.url);
  daemon = await startDaemon(t, dataDir, { EXECUTOR_PORT: port });
};

before(async () => {
  provider = await openProvider(t);
  daemon = await startDaemon(t, dataDir);
  await daemon.api.post('/api/sources', { spec: provider.spec(), namespace: 'shop', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/shop?wait=120')).body.state, 'ready');
  await daemon.api.put('/api/policies', { pattern: 'shop.**', decision: 'allow' });
});

const begin = async (): Promise<string> => {
  const values = { issuer: provider.origin, resource: 'off' };
  const input = { source: 'shop', method: 'oauth2', values, scopes: ['openid', 'offline_access', 'orders:read'] };
  const { status, body } = await daemon.api.post('/api/connections', input);
  assert.equal(status, 201, JSON.stringify(body));
  return body.authorizeUrl;
};
const connection = async () => (await daemon.api.get('/api/connections/shop/default?wait=60')).body;
const call = () => daemon.api.invoke('shop.orders.list');

test('killed between the link and the callback: the login ends as if nothing had been, and the call that waited goes on', async () => {
  const waiting = (await call()).body.error;
  assert.equal(waiting.code, 'login_required');
  const link = await begin();
  await daemon.kill();
  await restart();
  const page = await surf(link);
  assert.deepEqual([page.status, /is connected/.test(page.text)], [200, true], page.text);
  assert.equal((await daemon.api.get(`/api/executions/${waiting.executionId}?wait=60`)).body.state, 'done');
});

test('killed while the code is on its way to the server: it is redeemed after the start, without the person', async () => {
  const link = await begin();
  const there = provider.hold('before');
  const lost = surf(link).catch(() => undefined);
  await there;
  await daemon.kill();
  await lost;
  await restart();
  assert.equal((await connection()).state, 'connected');
  assert.equal((await call()).body.ok, true);
});

test('killed after the server took the code and before its answer: it says clearly to start again, and starting again works', async () => {
  const link = await begin();
  const taken = provider.hold('after');
  const lost = surf(link).catch(() => undefined);
  await taken;
  await daemon.kill();
  await lost;
  await restart();
  const { state, error } = await connection();
  // The server has seen the code twice, and took back what it gave for it; the credential there was is kept.
  assert.deepEqual([state, error.code], ['connected', 'login_required'], JSON.stringify(error));
  assert.match(error.message, /invalid_grant/);
  const page = await surf(await begin());
  assert.equal(page.status, 200, page.text);
  assert.equal((await call()).body.ok, true);
});

test('killed as soon as the callback page is there: the token is stored', async () => {
  await surf(await begin());
  await daemon.kill();
  await restart();
  assert.equal((await connection()).state, 'connected');
  assert.equal((await call()).body.ok, true);
});

test('killed while a refresh is on its way: the next call refreshes, with the token there was', async () => {
  provider.expire();
  const there = provider.hold('before');
  const lost = call().catch(() => undefined);
  await there;
  await daemon.kill();
  await lost;
  await restart();
  assert.equal((await call()).body.ok, true);
});

test('killed after the server gave a new token and before it arrived: the call waits with a link, and goes on after the login', async () => {
  provider.expire();
  const taken = provider.hold('after');
  const lost = call().catch(() => undefined);
  await taken;
  await daemon.kill();
  await lost;
  await restart();
  const { error } = (await call()).body;
  assert.equal(error.code, 'login_required', JSON.stringify(error));
  const page = await surf(await begin());
  assert.equal(page.status, 200, page.text);
  assert.equal((await daemon.api.get(`/api/executions/${error.executionId}?wait=60`)).body.state, 'done');
});
