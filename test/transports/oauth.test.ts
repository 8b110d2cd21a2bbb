import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Authority, browse, createAuthority, type Oddities } from '../oauth/authority.ts';
import { openShop, type Shop, settled } from '../oauth/rig.ts';
import type { Ending } from '../upstream-recorder.ts';

/** The shop takes the tokens its authority gave out; what the challenge says is the test's. */
async function openOAuthShop(
  t: Ending,
  oddities: Oddities = {},
  challenge = 'Bearer',
): Promise<Shop & { authority: Authority; issuer: string }> {
  const authority = createAuthority(oddities);
  const shop = await openShop(t, {
    schemes: () => ({}),
    answer(request, res, origin) {
      if (authority.answer(request, res, origin)) return true;
      if (request.path === '/ping' || authority.knows(request.headers.authorization)) return false;
      res.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    },
  });
  return Object.assign(shop, { authority, issuer: authority.issuerOf(shop.upstream.origin) });
}

const begin = (shop: Shop & { issuer: string }, more: { values?: object; scopes?: string[]; name?: string } = {}) =>
  shop.owner.post('/api/connections', { source: 'shop', method: 'oauth2', ...more, values: { issuer: shop.issuer, ...more.values } });

async function logIn(shop: Shop & { issuer: string }, more: Parameters<typeof begin>[1] = {}) {
  const { status, body } = await begin(shop, more);
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.state, 'authorizing', JSON.stringify(body));
  return browse(body.authorizeUrl);
}

const connection = async (shop: Shop, name = 'default') => (await shop.owner.get(`/api/connections/shop/${name}`)).body;

test('a login: link, consent, callback; the call that waited goes on by itself, across a restart in between', async t => {
  const shop = await openOAuthShop(t);
  const waiting = await shop.owner.invoke('shop.orders.list');
  assert.equal(waiting.body.error.code, 'login_required');
  const { body } = await begin(shop, { scopes: ['orders:read'] });
  const link = new URL(body.authorizeUrl);
  assert.deepEqual(
    [link.searchParams.get('response_type'), link.searchParams.get('code_challenge_method'), link.searchParams.get('scope')],
    ['code', 'S256', 'orders:read'],
  );
  await shop.restart();
  const page = await browse(body.authorizeUrl);
  assert.deepEqual([page.status, /is connected/.test(page.text)], [200, true], page.text);
  assert.equal((await settled(shop, waiting.body.error.executionId)).state, 'done');
  const view = await connection(shop);
  assert.deepEqual([view.state, view.scopes, view.issuer, view.authorizeUrl], ['connected', ['orders:read'], shop.issuer, undefined]);

  const again = await browse(page.url);
  assert.deepEqual([again.status, /used already: shop\/default is connected/.test(again.text)], [400, true]);
  const never = await browse(`${shop.serving.url}/oauth/callback?state=made-up&code=x`);
  assert.deepEqual([never.status, /not known here/.test(never.text)], [400, true]);
});

test('what the person refused, and a wrong issuer, end the login with the reason', async t => {
  const shop = await openOAuthShop(t, { iss: 'https://evil.example' });
  const page = await logIn(shop);
  assert.equal(page.status, 400);
  assert.match(page.text, /iss/);
  assert.equal((await connection(shop)).state, 'failed');
  const { body } = await begin(shop);
  const state = new URL(body.authorizeUrl).searchParams.get('state');
  const refused = await browse(
    `${shop.serving.url}/oauth/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(shop.issuer)}`,
  );
  assert.deepEqual([refused.status, /access_denied/.test(refused.text)], [400, true], refused.text);
});

const rows: [string, Oddities, object?][] = [
  ['an issuer with a path', { path: '/tenant' }],
  ['OpenID metadata, inserted', { path: '/tenant', metadata: 'oidc-inserted' }],
  ['OpenID metadata, appended', { path: '/tenant', metadata: 'oidc-appended' }],
  ['relative endpoints', { path: '/tenant', relative: true }],
  ['token answers as a form', { answers: 'form' }],
  ['token answers without a type, time as text', { answers: 'untyped', expiresIn: '3600' }],
  ['registrations answered with 200, and a secret without an end', { registration: 'closed-200', tokenAuth: ['client_secret_basic'] }],
  ['a redirect address by the name localhost only', { registration: 'loopback-only', takes: uri => uri.startsWith('http://localhost') }],
  ['secrets by Basic only', { tokenAuth: ['client_secret_basic'] }],
  ['secrets in the form only', { tokenAuth: ['client_secret_post'] }],
  ['its issuer in the answer', { iss: true }],
  ['no word of resources', { refusesResource: true }, { resource: 'off' }],
];
for (const [what, oddities, values] of rows) {
  test(`an authorization server with ${what} is logged in to, and its token refreshed`, async t => {
    const shop = await openOAuthShop(t, oddities);
    const page = await logIn(shop, values ? { values } : {});
    assert.equal(page.status, 200, page.text);
    assert.equal((await shop.owner.invoke('shop.orders.list')).body.ok, true);
    shop.authority.expireAll();
    assert.equal((await shop.owner.invoke('shop.orders.list')).body.ok, true, JSON.stringify(await connection(shop)));
    assert.equal(shop.authority.asked.token.at(-1)!.form.get('grant_type'), 'refresh_token');
  });
}

test('without registration a client of one’s own is asked for, with the redirect address to enter; given one, it is used', async t => {
  const shop = await openOAuthShop(t, { registration: 'off' });
  const { body } = await begin(shop);
  assert.equal(body.error.code, 'login_required');
  const redirect = `${shop.serving.url}/oauth/callback`;
  assert.deepEqual([body.error.details.reason, body.error.details.redirectUri], ['client_needed', redirect]);
  shop.authority.clients.set('mine', { id: 'mine', secret: 'my-client-secret', redirects: [redirect] });
  const page = await logIn(shop, { values: { clientId: 'mine', clientSecret: 'my-client-secret' } });
  assert.equal(page.status, 200, page.text);
  const { authorization = '' } = shop.authority.asked.token.at(-1)!;
  assert.equal(authorization, `Basic ${Buffer.from('mine:my-client-secret').toString('base64')}`, 'marks that need not be are not encoded');
});

test('one registration for an issuer, however often one logs in; a server that forgot it gets one more', async t => {
  const shop = await openOAuthShop(t);
  for (const name of ['a', 'b', 'a']) await logIn(shop, { name });
  assert.equal(shop.authority.asked.registrations.length, 1);
  shop.authority.purge();
  assert.equal((await logIn(shop)).status, 200);
  assert.equal(shop.authority.asked.registrations.length, 2);
});

/** A daemon that others reach by an https address, behind something that is not there: it is followed by hand. */
async function openPublicShop(t: Ending, oddities: Oddities) {
  process.env.EXECUTOR_PUBLIC_URL = PUBLIC;
  t.after(() => delete process.env.EXECUTOR_PUBLIC_URL);
  const shop = await openOAuthShop(t, oddities);
  const own = (address: string) => address.replace(PUBLIC, shop.serving.url);
  return Object.assign(shop, {
    own,
    async finish(link: string) {
      const back = (await fetch(link, { redirect: 'manual' })).headers.get('location')!;
      assert.ok(back.startsWith(`${PUBLIC}/oauth/callback?`), back);
      const url = new URL(own(back));
      return browse(url.href);
    },
  });
}
const PUBLIC = 'https://executor.example';

test('which client we are: the one a person gave, our metadata document, a registration there is, a new one, in this order', async t => {
  const shop = await openPublicShop(t, { documents: 'read' });
  const { asked, clients } = shop.authority;
  const idOf = (link: string) => new URL(link).searchParams.get('client_id');
  clients.set('mine', { id: 'mine', redirects: [`${PUBLIC}/oauth/callback`] });
  const manual = await begin(shop, { name: 'manual', values: { clientId: 'mine' } });
  assert.equal(idOf(manual.body.authorizeUrl), 'mine');

  const { body } = await begin(shop, { name: 'document' });
  const link = new URL(body.authorizeUrl);
  const id = idOf(body.authorizeUrl)!;
  const document = (await fetch(shop.own(id))).json() as Promise<Record<string, unknown>>;
  const { client_id, redirect_uris, token_endpoint_auth_method } = await document;
  assert.deepEqual(
    [client_id, redirect_uris, token_endpoint_auth_method],
    [id, [link.searchParams.get('redirect_uri')], 'none'],
    'the document is of the address it is at, and has the redirect address that is used',
  );
  const page = await shop.finish(body.authorizeUrl);
  assert.deepEqual([page.status, (await connection(shop, 'document')).state], [200, 'connected'], page.text);
  const { form, authorization } = asked.token.at(-1)!;
  assert.deepEqual([form.get('client_id'), form.has('client_secret'), authorization], [id, false, undefined]);
  assert.equal(asked.registrations.length, 0);
  assert.equal((await shop.owner.invoke('shop.orders.list?connection=document')).body.ok, true);
  shop.authority.expireAll();
  assert.equal((await shop.owner.invoke('shop.orders.list?connection=document')).body.ok, true, 'it is refreshed as the same client');
  assert.equal(asked.token.at(-1)!.form.get('client_id'), id);
});

test('a server that takes metadata documents and cannot read ours is registered with instead', async t => {
  const shop = await openPublicShop(t, { documents: 'unreachable' });
  for (const name of ['a', 'b']) {
    const { body } = await begin(shop, { name });
    assert.match(new URL(body.authorizeUrl).searchParams.get('client_id')!, /^client-/);
    assert.equal((await shop.finish(body.authorizeUrl)).status, 200);
  }
  assert.equal(shop.authority.asked.registrations.length, 1);
});

test('a server that no longer knows us when it is asked for a token is registered with anew, once', async t => {
  const shop = await openOAuthShop(t);
  const { body } = await begin(shop);
  shop.authority.plan(res => Boolean(res.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')));
  const page = await browse(body.authorizeUrl);
  assert.deepEqual([page.status, /register again when you start the login again/.test(page.text)], [400, true], page.text);
  for (let n = 0; n < 2; n++) assert.equal((await logIn(shop)).status, 200);
  assert.equal(shop.authority.asked.registrations.length, 2);

  shop.authority.plan(res => Boolean(res.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')));
  shop.authority.expireAll();
  const waiting = await shop.owner.invoke('shop.orders.list');
  assert.deepEqual([waiting.body.error.code, (await connection(shop)).state], ['login_required', 'expired']);
  for (let n = 0; n < 2; n++) assert.equal((await logIn(shop)).status, 200);
  assert.equal(shop.authority.asked.registrations.length, 3);
  assert.equal((await settled(shop, waiting.body.error.executionId)).state, 'done');
});

test('fifty calls at the end of a token: one refresh, no failure', async t => {
  const shop = await openOAuthShop(t, { rotates: true });
  await logIn(shop);
  shop.authority.expireAll();
  const before = shop.authority.asked.token.length;
  const answers = await Promise.all(Array.from({ length: 50 }, () => shop.owner.invoke('shop.orders.list')));
  assert.deepEqual(
    answers.map(({ body }) => body).filter(({ ok }) => !ok),
    [],
  );
  assert.equal(shop.authority.asked.token.length - before, 1);
});

test('a token that ends soon is refreshed before it is used', async t => {
  const shop = await openOAuthShop(t, { rotates: true, expiresIn: 1 });
  await logIn(shop);
  await new Promise(resolve => setTimeout(resolve, 1_000));
  const before = shop.authority.asked.token.length;
  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.owner.invoke('shop.orders.list')));
  assert.deepEqual(
    answers.map(({ body }) => body).filter(({ ok }) => !ok),
    [],
  );
  assert.ok(shop.authority.asked.token.length - before >= 1);
});

test('three failures of the server do not kill a token, a lost answer is asked for again, a spent token does', async t => {
  const shop = await openOAuthShop(t);
  await logIn(shop);
  for (let n = 0; n < 3; n++) shop.authority.plan(res => Boolean(res.writeHead(500).end('down')));
  shop.authority.expireAll();
  const failed = await shop.owner.invoke('shop.orders.list');
  assert.equal(failed.body.error.code, 'upstream_unreachable', JSON.stringify(failed.body));
  assert.equal((await connection(shop)).state, 'connected');
  shop.authority.plan(res => Boolean(res.destroy()));
  assert.equal((await shop.owner.invoke('shop.orders.list')).body.ok, true);
  shop.authority.kill();
  const dead = await shop.owner.invoke('shop.orders.list');
  assert.equal(dead.body.error.code, 'login_required');
  const view = await connection(shop);
  assert.equal(view.state, 'expired');
  assert.match(view.error.message, /invalid_grant/);
  assert.doesNotMatch(JSON.stringify(view), /refresh-/, 'the server says the token back, and it is not shown');
  assert.equal((await logIn(shop)).status, 200);
  assert.equal((await settled(shop, dead.body.error.executionId)).state, 'done');
});

test('scopes that an upstream finds missing are named, and asked for with those there are', async t => {
  const authority = createAuthority();
  const shop = await openShop(t, {
    schemes: () => ({}),
    answer(request, res, origin) {
      if (authority.answer(request, res, origin)) return true;
      if (request.method !== 'POST' || authority.scopeOf(request.headers.authorization)?.includes('orders:write')) return false;
      res.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="orders:write"' }).end();
      return true;
    },
  });
  const own = Object.assign(shop, { authority, issuer: authority.issuerOf(shop.upstream.origin) });
  await logIn(own, { scopes: ['orders:read'] });
  const { body } = await shop.owner.invoke('shop.orders.create', { book: 'a' });
  assert.equal(body.error.code, 'login_required');
  assert.match(body.error.message, /orders:write/);
  assert.deepEqual([(await connection(shop)).state, (await connection(shop)).missingScopes], ['connected', ['orders:write']]);
  await logIn(own);
  assert.equal(authority.asked.authorize.at(-1)!.get('scope'), 'orders:read orders:write');
  assert.equal((await settled(shop, body.error.executionId)).state, 'done');
});

test('client credentials need no person; a device needs no browser here; removing revokes', async t => {
  const shop = await openOAuthShop(t, { devicePending: 1 });
  shop.authority.clients.set('robot', { id: 'robot', secret: 'robot-secret', redirects: [] });
  const robot = await begin(shop, { name: 'robot', values: { flow: 'client', clientId: 'robot', clientSecret: 'robot-secret' } });
  assert.equal(robot.body.state, 'connected', JSON.stringify(robot.body));
  shop.authority.expireAll();
  assert.equal((await shop.owner.invoke('shop.orders.list')).body.ok, true);

  shop.authority.clients.set('tv', { id: 'tv', redirects: [] });
  const device = await begin(shop, { name: 'tv', values: { flow: 'device', clientId: 'tv' } });
  assert.deepEqual([device.body.state, device.body.userCode], ['awaitingConsent', 'WDJB-MJHT']);
  const { body } = await shop.owner.get('/api/connections/shop/tv?wait=20');
  assert.equal(body.state, 'connected', JSON.stringify(body.error));
  await shop.owner.delete('/api/connections/shop/tv');
  assert.equal(shop.authority.asked.revoked.length, 1);
});
