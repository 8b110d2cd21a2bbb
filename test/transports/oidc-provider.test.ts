import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Serving, serve } from '../../transports/serve.ts';
import { openApi } from '../api.ts';
import { temporaryDataDir } from '../daemon.ts';
import { MACHINES, type OidcProvider, openProvider, surf } from '../oauth/provider.ts';

const end: (() => unknown)[] = [];
after(async () => {
  for (const fn of end) await fn();
});
const t = { after: (fn: () => unknown) => void end.unshift(fn) };

let provider: OidcProvider;
let serving: Serving;
let owner: ReturnType<typeof openApi>;

before(async () => {
  provider = await openProvider(t);
  serving = await serve({ dataDir: temporaryDataDir(t), host: '127.0.0.1', port: 0, ui: false });
  t.after(() => serving.close());
  owner = openApi(serving.url, serving.token);
  await owner.post('/api/sources', { spec: provider.spec(), namespace: 'shop', allowPrivate: true });
  const { body } = await owner.get('/api/sources/shop?wait=60');
  assert.equal(body.state, 'ready', JSON.stringify(body.error));
  await owner.put('/api/policies', { pattern: 'shop.**', decision: 'allow' });
});

const connect = (name: string, values: object = {}, more: object = {}) =>
  owner.post('/api/connections', {
    source: 'shop',
    name,
    method: 'oauth2',
    values: { issuer: provider.origin, resource: 'off', ...values },
    ...more,
  });
const view = async (name: string) => (await owner.get(`/api/connections/shop/${name}?wait=30`)).body;
const list = (connection: string) => owner.invoke(`shop.orders.list?connection=${connection}`);

test('authorization code: we register, prove ourselves by PKCE, are told whose account it is, and a call goes through', async () => {
  const { status, body } = await connect('alice', {}, { scopes: ['openid', 'email', 'orders:read'] });
  assert.deepEqual([status, body.state], [201, 'authorizing'], JSON.stringify(body));
  assert.equal(new URL(body.authorizeUrl).searchParams.get('code_challenge_method'), 'S256');
  const page = await surf(body.authorizeUrl);
  assert.deepEqual([page.status, /is connected/.test(page.text)], [200, true], page.text);
  const { state, identity, scopes } = await view('alice');
  assert.deepEqual([state, scopes.includes('orders:read')], ['connected', true]);
  assert.match(identity, /alice/);
  assert.equal((await list('alice')).body.ok, true);
});

test('a refresh brings a new refresh token, and the next one uses it', async () => {
  const { body } = await connect('rotating', {}, { scopes: ['openid', 'offline_access', 'orders:read'] });
  await surf(body.authorizeUrl);
  for (let n = 0; n < 3; n++) {
    const seen = new Set(provider.calls.map(({ token }) => token));
    provider.expire();
    const results = await Promise.all(Array.from({ length: 10 }, () => list('rotating')));
    assert.ok(
      results.every(({ body }) => body.ok),
      JSON.stringify(results.find(({ body }) => !body.ok)?.body),
    );
    assert.ok(
      provider.calls.some(({ token }) => !seen.has(token)),
      'with a new token',
    );
  }
});

for (const [name, values] of Object.entries(MACHINES)) {
  test(`client credentials with ${name}: connected without a person, and renewed without a refresh token`, async () => {
    const { body } = await connect(name, { flow: 'client', ...values }, { scopes: ['orders:read'] });
    assert.equal(body.state, 'connected', JSON.stringify(body));
    assert.equal((await list(name)).body.ok, true);
    provider.expire();
    assert.equal((await list(name)).body.ok, true);
    const wrong = await connect(`${name}Wrong`, {
      flow: 'client',
      ...values,
      ...(values.clientSecret ? { clientSecret: 'not-the-secret' } : { keyId: 'k2' }),
    });
    assert.notEqual(wrong.body.state, 'connected');
    assert.match(wrong.body.error?.message ?? '', /invalid_client/);
    assert.doesNotMatch(JSON.stringify(wrong.body), /not-the-secret|PRIVATE KEY/);
  });
}

test('device code: a code is shown, a person types it elsewhere, and it is connected', async () => {
  const { body } = await connect('tv', { flow: 'device', clientId: 'tv' }, { scopes: ['openid', 'orders:read'] });
  assert.equal(body.state, 'awaitingConsent', JSON.stringify(body));
  assert.match(body.userCode, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  const page = await surf(body.authorizeUrl);
  assert.equal(page.status, 200, page.text);
  assert.equal((await view('tv')).state, 'connected');
  assert.equal((await list('tv')).body.ok, true);
});

test('step-up: what a write needs besides is named, asked for with what there is, and the call goes on by itself', async () => {
  const first = await connect('clerk', {}, { scopes: ['openid', 'offline_access', 'orders:read'] });
  await surf(first.body.authorizeUrl);
  assert.equal((await list('clerk')).body.ok, true);
  const { body } = await owner.invoke('shop.orders.create?connection=clerk', { book: 'Dune' });
  assert.equal(body.error?.code, 'login_required', JSON.stringify(body));
  assert.match(body.error.message, /orders:write/);
  const again = await connect('clerk');
  const asked = new URL(again.body.authorizeUrl).searchParams.get('scope')!.split(' ');
  assert.ok(asked.includes('orders:read') && asked.includes('orders:write'), asked.join(' '));
  await surf(again.body.authorizeUrl);
  assert.equal((await owner.get(`/api/executions/${body.error.executionId}?wait=30`)).body.state, 'done');
});

test('removing a connection gives the token back: the server no longer takes it', async () => {
  const { token } = provider.calls.findLast(({ path }) => path === '/orders')!;
  const taken = () => fetch(`${provider.origin}/api/orders`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await taken()).status, 200);
  assert.equal((await owner.delete('/api/connections/shop/clerk')).status, 200);
  assert.equal((await taken()).status, 401);
});
