import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { serve } from '../../transports/serve.ts';
import { openApi } from '../api.ts';
import { openWarehouse } from './warehouse.ts';

async function signIn(url: string, token: string) {
  const link = (await openApi(url, token).post('/api/session/link')).body;
  const code = new URLSearchParams(new URL(link.url).hash.split('?')[1]).get('code');
  const { status, headers, body } = await openApi(url).post('/api/session', { code });
  return { link, code, status, cookie: headers.get('set-cookie') ?? '', half: body.half as string };
}

const asPage = (cookie: string, half: string) => ({ headers: { cookie: cookie.split(';')[0]!, 'x-executor-session': half } });

test('a link is exchanged once for a cookie and a half, which together are the owner', async t => {
  const { url, token, owner } = await openWarehouse(t);
  const { link, code, status, cookie, half } = await signIn(url, token);
  assert.equal(status, 200);
  assert.ok(new URL(link.url).hash.includes('code='), 'the code is in the fragment, which no server hears of');
  const minutes = (Date.parse(link.expiresAt) - Date.now()) / 60_000;
  assert.ok(minutes > 4 && minutes <= 5);
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const guest = openApi(url);
  assert.equal((await guest.get('/api/session', asPage(cookie, half))).body.role, 'owner');
  assert.equal((await guest.get('/api/sources', asPage(cookie, half))).status, 200);
  const again = await guest.post('/api/session', { code });
  assert.deepEqual([again.status, again.body.error.code], [401, 'unauthorized']);
  for (const [withCookie, withHalf] of [
    [cookie, ''],
    ['', half],
    [cookie, 'x'],
    ['x=y', half],
  ] as const) {
    assert.equal((await guest.get('/api/sources', asPage(withCookie, withHalf))).status, 401);
  }
  assert.equal((await owner.get('/api/session')).body.role, 'owner');
});

test('a session outlives the daemon that began it', async t => {
  const first = await openWarehouse(t);
  const { cookie, half } = await signIn(first.url, first.token);
  const port = Number(new URL(first.url).port);
  await first.serving.close();
  const second = await serve({ dataDir: first.dataDir, host: '127.0.0.1', port, ui: false });
  t.after(() => second.close());
  assert.equal((await openApi(second.url).get('/api/session', asPage(cookie, half))).status, 200);
});

test('the daemon proves that it knows the token, without showing it', async t => {
  const { url, token } = await openWarehouse(t);
  const guest = openApi(url);
  const { status, body, text } = await guest.get('/healthz?challenge=n-1');
  assert.equal(status, 200);
  assert.equal(body.challenge, createHmac('sha256', token).update('n-1').digest('hex'));
  assert.ok(!text.includes(token));
  assert.equal((await guest.get('/healthz')).body.challenge, undefined);
});

test('liveness, readiness and metrics are open, and count truly', async t => {
  const { url, owner } = await openWarehouse(t);
  const guest = openApi(url);
  for (const path of ['/healthz', '/readyz'])
    assert.deepEqual([(await guest.get(path)).status, (await guest.get(path)).body.ok], [200, true]);
  const metrics = await guest.get('/metrics');
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(metrics.text, /^executor_sources 1$/m);
  for (const line of metrics.text.trim().split('\n')) assert.match(line, /^(# TYPE \w+ (gauge|counter)|\w+ \d+(\.\d+)?)$/);
  const { body } = await owner.get('/api/connect');
  assert.equal(body.mcpUrl, `${url}/mcp`);
});

test('an owner can stop the daemon, and it says so before it goes', async t => {
  const { owner, serving } = await openWarehouse(t);
  const { status, body } = await owner.post('/api/shutdown');
  assert.deepEqual([status, body], [200, { stopping: true }]);
  await serving.closed;
});
