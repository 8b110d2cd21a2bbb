import assert from 'node:assert/strict';
import { test } from 'node:test';
import { camelCase, groupOf, nameOf } from '../../../../runtime/kinds/openapi/names.ts';
import { api, index, pathsOf } from './document.ts';

test('words become camelCase, capitals inside them stay', () => {
  const expected: Record<string, string> = {
    'get-by-name': 'getByName',
    list_all_items: 'listAllItems',
    ListUsers: 'listUsers',
    HTTPServer: 'httpServer',
    getUserByID: 'getUserByID',
    'User Accounts': 'userAccounts',
    USER_ID: 'userId',
    '2fa': '_2fa',
    'pets.find': 'petsFind',
  };
  for (const [source, name] of Object.entries(expected)) assert.equal(camelCase(source), name);
});

test('the group is the first tag, else the first segment that is no api, version or parameter', () => {
  const group = (path: string, tags: string[] = []): string => groupOf({ path, tags });
  assert.equal(group('/x', ['Security Advisories', 'other']), 'securityAdvisories');
  assert.equal(group('/api/v1/users/{id}'), 'users');
  assert.equal(group('/{tenant}/v2.1/API/orders'), 'orders');
  assert.equal(group('/2010-04-01/Accounts'), 'accounts');
  assert.equal(group('/'), 'root');
});

test('the tag is dropped from an operation id only as a prefix that ends in a separator', () => {
  const name = (operationId: string, tag: string): string => nameOf({ operationId, tags: [tag], path: '/x', method: 'get' });
  assert.equal(name('issues/create', 'issues'), 'create');
  assert.equal(name('pets.find', 'pets'), 'find');
  assert.equal(name('user_accounts_list', 'User Accounts'), 'list');
  assert.equal(name('petsList', 'pets'), 'petsList');
  assert.equal(name('list-pets', 'pets'), 'listPets');
  assert.equal(name('pets', 'pets'), 'pets');
  assert.equal(name('pets/', 'pets'), 'pets');
});

test('without an operation id the name is method and path', () => {
  assert.equal(nameOf({ tags: [], method: 'get', path: '/users/{id}/posts' }), 'getUsersIdPosts');
});

test('operations that want one name get it apart, whatever their order in the document', async () => {
  const one = { '/v1/a': { get: { operationId: 'list', tags: ['a'] } } };
  const two = { '/v2/long/a': { get: { operationId: 'list', tags: ['a'] } } };
  const three = { '/b': { get: { operationId: 'List', tags: ['A'] } } };
  const forward = pathsOf(await index(api({ ...one, ...two, ...three })));
  const backward = pathsOf(await index(api({ ...three, ...two, ...one })));
  assert.equal(new Set(forward).size, 3);
  assert.deepEqual(forward, [...backward].reverse());
  assert.ok(forward.includes('ns.a.list') && forward.includes('ns.a.listGetV2LongA'));
});

test('an operation in another alphabet keeps its name', async () => {
  const { tools } = await index(api({ '/用户': { get: { tags: ['用户'], operationId: '列表' } } }));
  assert.equal(tools[0]!.tool.path, 'ns.用户.列表');
});
