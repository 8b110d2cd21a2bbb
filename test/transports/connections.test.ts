import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop, settled } from '../oauth/rig.ts';
import { credentialOf } from '../oauth/shop.ts';
import { answerJson } from '../upstream-recorder.ts';

const SCHEMES = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  second: { type: 'apiKey', in: 'header', name: 'X-Second' },
  query: { type: 'apiKey', in: 'query', name: 'api_key' },
  session: { type: 'apiKey', in: 'cookie', name: 'sid' },
  token: { type: 'http', scheme: 'bearer' },
  login: { type: 'http', scheme: 'basic' },
};
const schemes = () => SCHEMES;
const ALL = [{ key: [], second: [] }, { token: [] }, { login: [] }];

test('the ways to connect are those the document declares, AND and OR, and custom and none besides', async t => {
  const { owner } = await openShop(t, { schemes, security: ALL });
  const { authMethods } = (await owner.get('/api/sources/shop')).body;
  assert.deepEqual(
    authMethods.map(({ id, kind }: { id: string; kind: string }) => [id, kind]),
    [
      ['key+second', 'apiKey'],
      ['token', 'bearer'],
      ['login', 'basic'],
      ['query', 'apiKey'],
      ['session', 'apiKey'],
      ['custom', 'custom'],
      ['none', 'none'],
    ],
  );
  assert.deepEqual(
    authMethods[0].fields.map(({ name, secret }: { name: string; secret: boolean }) => [name, secret]),
    [
      ['key', true],
      ['second', true],
    ],
  );
});

test('each method puts its credential where the document says, and an operation that is open to all gets none', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  const cases: [object, object][] = [
    [
      { method: 'key+second', values: { key: 'k-1111', second: 's-2222' } },
      { key: 'k-1111', second: 's-2222' },
    ],
    [{ method: 'token', values: { token: 't-3333' } }, { authorization: 'Bearer t-3333' }],
    [
      { method: 'login', values: { username: 'ada', password: 'lö-4444' } },
      { authorization: `Basic ${Buffer.from('ada:lö-4444').toString('base64')}` },
    ],
    [{ method: 'query', values: { apiKey: 'q 5&5=5' } }, { query: 'q 5&5=5' }],
    [{ method: 'session', values: { value: 'c-6666' } }, { cookie: 'sid=c-6666' }],
    [
      { method: 'custom', values: { 'header.X-Key': 'h-7777', 'query.api_key': 'h-8888', 'cookie.a': 'h-9999' } },
      { key: 'h-7777', query: 'h-8888', cookie: 'a=h-9999' },
    ],
    [{ method: 'none' }, {}],
  ];
  for (const [input, expected] of cases) {
    const { status, body } = await shop.owner.post('/api/connections', { source: 'shop', ...input });
    assert.deepEqual([status, body.state, body.default], [201, 'connected', true], JSON.stringify(body));
    assert.equal((await shop.owner.invoke('shop.orders.list')).body.ok, true);
    const sent = credentialOf(shop.calls().at(-1)!);
    assert.deepEqual(JSON.parse(JSON.stringify(sent)), expected);
  }
  await shop.owner.post('/api/connections', { source: 'shop', method: 'token', values: { token: 't-3333' } });
  await shop.owner.invoke('shop.open.ping');
  assert.deepEqual(Object.values(credentialOf(shop.calls().at(-1)!)).filter(Boolean), []);
});

test('without a connection a call waits for a login, and goes on by itself once there is one', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  const { status, body } = await shop.owner.invoke('shop.orders.list');
  assert.deepEqual([status, body.error.code], [202, 'login_required']);
  const { executionId, approvalUrl, interactions } = body.error;
  assert.deepEqual([interactions[0].kind, interactions[0].url], ['login', approvalUrl]);
  const waiting = (await shop.owner.get('/api/executions?state=pending')).body.items;
  assert.deepEqual([waiting.length, waiting[0].state], [1, 'authenticating']);
  assert.equal(shop.calls().length, 0);
  await shop.restart();
  await shop.owner.post('/api/connections', { source: 'shop', method: 'token', values: { token: 'secret-1' } });
  const view = await settled(shop, executionId);
  assert.deepEqual([view.state, view.interactions[0].action], ['done', 'accept']);
  assert.equal(shop.calls().at(-1)!.headers.authorization, 'Bearer secret-1');
});

test('a credential that the upstream no longer takes pauses the call; the new one resumes it, a write once', async t => {
  let good = 'old-secret';
  const shop = await openShop(t, {
    schemes,
    security: ALL,
    answer: ({ path, headers }, res) => {
      if (path !== '/orders' || headers.authorization === `Bearer ${good}`) return false;
      res
        .writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"', 'content-type': 'application/json' })
        .end(`{"you":"${headers.authorization}"}`);
      return true;
    },
  });
  const connect = (token: string) => shop.owner.post('/api/connections', { source: 'shop', method: 'token', values: { token } });
  await connect('old-secret');
  assert.equal((await shop.owner.invoke('shop.orders.create', { book: 'a' })).body.ok, true);
  good = 'new-secret';
  const { body } = await shop.owner.invoke('shop.orders.create', { book: 'b' });
  assert.equal(body.error.code, 'login_required');
  const [dead] = (await shop.owner.get('/api/connections')).body.items;
  assert.deepEqual([dead.state, dead.error.code], ['expired', 'login_required']);
  await connect('new-secret');
  assert.equal((await settled(shop, body.error.executionId)).state, 'done');
  assert.equal(shop.upstream.arrived.filter(({ text }) => text === '{"book":"b"}').length, 2, 'refused once, taken once');
});

test('an answer of 401 is the tool’s own where no credential was sent and none was asked for', async t => {
  const shop = await openShop(t, {
    schemes: () => ({}),
    answer({ path }, res) {
      if (path !== '/me') return false;
      answerJson(res, 401, { error: 'wrong password' });
      return true;
    },
  });
  const { body } = await shop.owner.invoke('shop.account.me');
  assert.deepEqual([body.ok, body.error.code, body.error.details.status], [false, 'upstream_http_error', 401]);
});

test('several accounts: the first is the default, a call names another, an approval is for the one it was asked for', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  for (const name of ['work', 'personal']) {
    await shop.owner.post('/api/connections', { source: 'shop', name, method: 'token', values: { token: `token-of-${name}` } });
  }
  const used = () => shop.calls().at(-1)!.headers.authorization;
  await shop.owner.invoke('shop.orders.list');
  assert.equal(used(), 'Bearer token-of-work');
  await shop.owner.ask('POST', '/api/tools/invoke/shop.orders.list?connection=personal', { body: {} });
  assert.equal(used(), 'Bearer token-of-personal');
  const unknown = await shop.owner.ask('POST', '/api/tools/invoke/shop.orders.list?connection=wrok', { body: {} });
  assert.deepEqual(
    [unknown.status, unknown.body.error.code, unknown.body.error.details.connections],
    [400, 'invalid_arguments', ['work', 'personal']],
  );

  await shop.owner.put('/api/policies', { pattern: 'shop.orders.create', decision: 'ask' });
  const asked = await shop.owner.invoke('shop.orders.create', { book: 'a' });
  assert.equal(asked.body.error.interactions[0].request.connection, 'work');
  await shop.owner.post('/api/connections', {
    source: 'shop',
    name: 'personal',
    method: 'token',
    values: { token: 'token-of-personal' },
    default: true,
  });
  const again = await shop.owner.resume(asked.body.error.executionId);
  assert.equal(again.body.state, 'awaitingApproval', 'the account is another one now, so the approval does not hold');
  assert.equal(again.body.interactions.at(-1).request.connection, 'personal');
});

test('a connection that is removed is gone with its secret, and so are those of a source that is removed', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  for (const name of ['a', 'b'])
    await shop.owner.post('/api/connections', { source: 'shop', name, method: 'token', values: { token: 'x-secret' } });
  assert.equal((await shop.owner.delete('/api/connections/shop/a')).status, 200);
  assert.equal((await shop.owner.delete('/api/connections/shop/a')).status, 404);
  const [left] = (await shop.owner.get('/api/connections')).body.items;
  assert.deepEqual([left.name, left.default], ['b', true]);
  await shop.owner.delete('/api/sources/shop');
  assert.deepEqual((await shop.owner.get('/api/connections')).body.items, []);
});

test('what is wrong with a connection is said by field, and changes nothing', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  const wrong: [object, RegExp][] = [
    [{ source: 'nowhere' }, /there is no source/],
    [{ source: 'shop', method: 'telepathy' }, /it has key\+second/],
    [{ source: 'shop', method: 'token' }, /Token is missing/],
    [{ source: 'shop', method: 'token', values: { token: 'a', color: 'b' } }, /values\.color/],
    [{ source: 'shop', method: 'token', values: { token: 'a\r\nX-Evil: 1' } }, /characters no header may have/],
    [{ source: 'shop', method: 'login', values: { username: 'a:b', password: 'c' } }, /no colon/],
    [{ source: 'shop', method: 'custom', values: { 'header.Host': 'evil' } }, /cannot be set/],
    [{ source: 'shop', method: 'custom' }, /name at least one/],
    [{ source: 'shop', name: '../x', method: 'none' }, /name/],
  ];
  for (const [input, message] of wrong) {
    const { status, body } = await shop.owner.post('/api/connections', input);
    assert.ok(status === 400 || status === 404, `${status} ${JSON.stringify(input)}`);
    assert.match(body.error.message, message);
  }
  assert.deepEqual((await shop.owner.get('/api/connections')).body.items, []);
});

test('a value may say where the secret is: it is looked up at each use', async t => {
  const shop = await openShop(t, { schemes, security: ALL });
  process.env.EXECUTOR_TEST_TOKEN = 'from-the-environment';
  t.after(() => delete process.env.EXECUTOR_TEST_TOKEN);
  await shop.owner.post('/api/connections', { source: 'shop', method: 'token', values: { token: 'env:EXECUTOR_TEST_TOKEN' } });
  await shop.owner.invoke('shop.orders.list');
  assert.equal(shop.calls().at(-1)!.headers.authorization, 'Bearer from-the-environment');
  delete process.env.EXECUTOR_TEST_TOKEN;
  const { body } = await shop.owner.invoke('shop.orders.list');
  assert.equal(body.error.code, 'login_required');
  assert.match(body.error.message, /EXECUTOR_TEST_TOKEN/);
});
