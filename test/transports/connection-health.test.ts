import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tool } from '../../machines/schema/tool.ts';
import { accountRead } from '../../runtime/account-read.ts';
import { openApi } from '../api.ts';
import { openLibrary } from '../e2e/library.ts';
import { openShop, type Shop } from '../oauth/rig.ts';
import { Remote, tool } from '../runtime/kinds/mcp/remote.ts';
import { answerJson, type Ending } from '../upstream-recorder.ts';

/** A shop that takes one key, and says whose it is at `/me`. */
async function openKeyed(t: Ending) {
  const house = { key: 'right-key', status: 200 };
  const shop = await openShop(t, {
    schemes: () => ({ key: { type: 'apiKey', in: 'header', name: 'X-Key' } }),
    security: [{ key: [] }],
    answer(request, res) {
      const key = request.headers['x-key'];
      if (key !== house.key) answerJson(res, 401, { message: 'who are you?' });
      else answerJson(res, house.status, house.status === 200 ? { login: 'ada', id: 7 } : { message: `broken for ${key}` });
      return true;
    },
  });
  await shop.owner.post('/api/connections', { source: 'shop', method: 'key', values: { apiKey: 'right-key' } });
  return Object.assign(shop, { house });
}

const check = (shop: Pick<Shop, 'owner'>, id = 'shop/default') => shop.owner.post(`/api/connections/${id}/check`, {});

test('an account is looked at by a cheap read, which says whose it is; what is found stays, and is shown wherever it is', async t => {
  const shop = await openKeyed(t);
  const [unchecked] = (await shop.owner.get('/api/connections')).body.items;
  assert.deepEqual([unchecked.identity, unchecked.checkedAt], [undefined, undefined]);
  assert.equal(shop.calls().length, 0, 'nobody is asked before somebody looks');
  const { connections } = shop.serving.runtime;
  const views = await Promise.all(Array.from({ length: 10 }, () => connections.check('shop', 'default')));
  assert.deepEqual([...new Set(views.map(({ identity }) => identity))], ['ada']);
  assert.deepEqual(
    shop.calls().map(({ path }) => path),
    ['/me'],
    'whoever looks at the same time looks once',
  );
  const first = (await check(shop)).body;
  assert.deepEqual([first.state, first.error, typeof first.checkedAt], ['connected', undefined, 'string']);
  await shop.restart();
  assert.deepEqual((await shop.owner.get('/api/connections/shop/default')).body, first);
});

test('what is wrong is said: a server that fails leaves the account as it is, a refused key ends it', async t => {
  const shop = await openKeyed(t);
  shop.house.status = 500;
  const failing = (await check(shop)).body;
  assert.deepEqual([failing.state, failing.error.code], ['connected', 'upstream_http_error']);
  assert.doesNotMatch(JSON.stringify(failing), /right-key/, 'what it says back of the key is not shown');
  shop.house.status = 200;
  assert.equal((await check(shop)).body.error, undefined, 'and it is gone when it works again');
  shop.house.key = 'another-key';
  const refused = (await check(shop)).body;
  assert.deepEqual([refused.state, refused.error.code], ['expired', 'login_required']);
  assert.equal((await check(shop)).body.state, 'expired');
});

test('a rule that blocks the read holds for a look too, and only the owner looks', async t => {
  const shop = await openKeyed(t);
  await shop.owner.put('/api/policies', { pattern: 'shop.account.**', decision: 'block' });
  const view = (await check(shop)).body;
  assert.deepEqual([view.state, view.checkedAt, shop.calls().length], ['connected', undefined, 0]);
  const { token } = (await shop.owner.post('/api/tokens', { name: 'agent', role: 'agent' })).body;
  assert.equal((await check({ owner: openApi(shop.serving.url, token) })).status, 403);
  assert.equal((await check(shop, 'shop/nope')).status, 404);
});

test('a GraphQL API is asked for the name of a type, an MCP server for its tools', async t => {
  const shop = await openKeyed(t);
  const library = await openLibrary();
  t.after(() => library.close());
  const remote = new Remote();
  remote.tools = [tool('look')];
  await remote.open();
  t.after(() => remote.close());
  for (const [namespace, url] of Object.entries({ library: library.url, remote: remote.url })) {
    await shop.owner.post('/api/sources', { namespace, url, allowPrivate: true });
    assert.equal((await shop.owner.get(`/api/sources/${namespace}?wait=60`)).body.state, 'ready');
    await shop.owner.post('/api/connections', { source: namespace, method: 'bearer', values: { token: 'sesame-open' } });
  }
  library.token = 'sesame-open';
  remote.authorization = 'Bearer sesame-open';
  for (const id of ['library/default', 'remote/default']) {
    const { body } = await check(shop, id);
    assert.deepEqual([body.state, body.error, typeof body.checkedAt], ['connected', undefined, 'string'], id);
  }
  assert.deepEqual([library.requests.at(-1)?.query, library.requests.at(-1)?.authorization], ['{ __typename }', 'Bearer sesame-open']);
  const asked = remote.seen.at(-1)!;
  assert.deepEqual([asked.method, asked.headers.authorization], ['tools/list', 'Bearer sesame-open']);

  library.token = 'another';
  remote.authorization = 'Bearer another';
  for (const id of ['library/default', 'remote/default']) assert.equal((await check(shop, id)).body.state, 'expired', id);
});

test('the read is the one whose name says whose account it is, and that needs nothing', async () => {
  const read = (path: string, binding: object, more: Partial<Tool> = {}) =>
    ({ path, binding, inputSchema: { type: 'object' }, effect: 'read', ...more }) as Tool;
  const chosen = async (...all: Tool[]) => {
    async function* each() {
      yield* all;
    }
    const found = await accountRead(each());
    return found && [found.tool.path, found.tellsWhose];
  };
  const get = (path: string, at: string, more?: Partial<Tool>) => read(path, { method: 'GET', path: at }, more);
  const list = get('a.items.list', '/items');
  const user = get('a.users.get', '/user');
  const me = get('a.users.me', '/v1/users/me');
  assert.equal(await chosen(list), undefined);
  assert.deepEqual(await chosen(list, user, me), ['a.users.me', true]);
  assert.deepEqual(await chosen(list, user), ['a.users.get', true]);
  assert.equal(await chosen(get('a.users.get', '/users/{id}/profile')), undefined, 'a path with a parameter is somebody else’s');
  assert.equal(await chosen(get('a.me', '/me', { inputSchema: { type: 'object', required: ['fields'] } })), undefined);
  assert.equal(await chosen(get('a.me', '/me', { auth: { needs: 'none' } })), undefined, 'what is open to all proves nothing');
  const query = (field: string) => read(`g.query.${field}`, { operation: 'query', field });
  assert.deepEqual(await chosen(query('books'), query('viewer')), ['g.query.viewer', true]);
  assert.deepEqual(await chosen(query('books')), ['g.query.books', false]);
});
