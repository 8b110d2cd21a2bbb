import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, v1 } from '../mcp/clients.ts';
import { openWarehouse } from './warehouse.ts';

const paths = (body: { items: { path: string }[] }) => body.items.map(({ path }) => path);

test('without words the tools are enumerated page by page, each once', async t => {
  const { owner } = await openWarehouse(t);
  const all = paths((await owner.get('/api/tools')).body);
  assert.equal(all.filter(path => path.startsWith('w.')).length, 10);
  assert.ok(
    all.every(path => /^(w|executor)\./.test(path)),
    'besides there are only the built-in ones',
  );
  const paged: string[] = [];
  let cursor = '';
  do {
    const { body } = await owner.get(`/api/tools?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    assert.ok(body.items.length <= 3);
    paged.push(...paths(body));
    cursor = body.nextCursor ?? '';
  } while (cursor);
  assert.deepEqual(paged, all);
  assert.deepEqual(paths((await owner.get('/api/tools?source=nobody')).body), []);
});

test('a search puts what is meant first, and a hit says how it is called', async t => {
  const { owner } = await openWarehouse(t);
  const { body } = await owner.get('/api/tools?q=create+an+item');
  assert.deepEqual(body.items[0], {
    path: 'w.items.create',
    source: 'w',
    description: 'Create an item',
    effect: 'write',
    signature: body.items[0].signature,
  });
  assert.match(body.items[0].signature, /name: string/);
  assert.equal((await owner.get('/api/tools?q=zzzzzz')).body.items.length, 0);
});

test('a description has all that a caller needs', async t => {
  const { owner } = await openWarehouse(t);
  const { status, body } = await owner.get('/api/tools/w.items.create');
  assert.equal(status, 200);
  assert.deepEqual([body.path, body.source, body.effect, body.policy.decision], ['w.items.create', 'w', 'write', 'ask']);
  assert.deepEqual(body.inputSchema.required, ['name']);
  assert.match(body.typescript, /amount\?: number/);
  assert.equal(typeof body.sample.name, 'string');
  const missing = await owner.get('/api/tools/w.items.craete');
  assert.deepEqual([missing.status, missing.body.error.code], [404, 'tool_not_found']);
  assert.equal(missing.body.error.details.suggestions[0], 'w.items.create');
});

test('a blocked tool is left out of an agent’s search, and only of an agent’s', async t => {
  const { owner, url } = await openWarehouse(t);
  await owner.put('/api/policies', { pattern: 'w.items.*', decision: 'block' });
  const agent = await v1(t, url);
  const found = paths((await call(agent, 'search', { query: 'item' })).data as { items: { path: string }[] });
  assert.deepEqual(
    found.filter(path => path.startsWith('w.items')),
    [],
  );
  const enumerated = paths((await call(agent, 'search', { source: 'w' })).data as { items: { path: string }[] });
  assert.equal(enumerated.length, 6);
  assert.ok(paths((await owner.get('/api/tools?q=item')).body).includes('w.items.create'));
});

test('limits and cursors that make no sense are refused', async t => {
  const { owner } = await openWarehouse(t);
  for (const query of ['limit=0', 'limit=1001', 'limit=-1', 'limit=1.5', 'limit=many', 'limit=NaN', 'cursor=nonsense']) {
    for (const path of ['/api/tools', '/api/executions']) {
      if (query.startsWith('cursor') && path === '/api/executions') continue; // its cursor is an id: any text is a place in the order
      const { status, body } = await owner.get(`${path}?${query}`);
      assert.deepEqual([status, body.error?.code], [400, 'invalid_arguments'], `${path}?${query}`);
    }
  }
  assert.equal((await owner.get('/api/tools?limit=1000')).status, 200);
});
