import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from '../../transports/serve.ts';
import { openApi } from '../api.ts';
import { browse, createAuthority } from '../oauth/authority.ts';
import { shopDocument } from '../oauth/shop.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

test('a description that only those who log in may read: the source waits for a login, and is indexed after it', async t => {
  const authority = createAuthority();
  const upstream = await recordUpstream(t, (request, res) => {
    const { origin } = upstream;
    if (request.path === '/.well-known/oauth-protected-resource/openapi.json') {
      answerJson(res, 200, { resource: `${origin}/openapi.json`, authorization_servers: [origin], scopes_supported: ['orders:read'] });
    } else if (authority.answer(request, res, origin)) return;
    else if (authority.knows(request.headers.authorization)) answerJson(res, 200, shopDocument({ origin, schemes: {} }));
    else res.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-login-'));
  const serving = await serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });
  t.after(async () => {
    await serving.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  const owner = openApi(serving.url, serving.token);
  const added = await owner.post('/api/sources', { url: `${upstream.origin}/openapi.json`, namespace: 'shop', allowPrivate: true });
  assert.equal(added.status, 202, added.text);
  const waiting = (await owner.get('/api/sources/shop?wait=20')).body;
  assert.deepEqual([waiting.state, waiting.error.code], ['authenticating', 'login_required']);
  assert.equal(waiting.authMethods[0].kind, 'oauth2');

  const { body } = await owner.post('/api/connections', { source: 'shop' });
  assert.equal(body.state, 'authorizing', JSON.stringify(body));
  const asked = new URL(body.authorizeUrl).searchParams;
  assert.deepEqual([asked.get('resource'), asked.get('scope')], [`${upstream.origin}/openapi.json`, 'orders:read']);
  assert.equal((await browse(body.authorizeUrl)).status, 200);
  const ready = (await owner.get('/api/sources/shop?wait=30')).body;
  assert.deepEqual([ready.state, ready.toolCount], ['ready', 4], JSON.stringify(ready.error));
  assert.equal((await owner.invoke('shop.orders.list')).body.ok, true);
});
