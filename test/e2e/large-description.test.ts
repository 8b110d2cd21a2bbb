import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';

const OPERATIONS = 4_000;
const text = 'What this does is told at some length, as large descriptions do. '.repeat(8);

/** A description of some 6 MB, in which every operation has arguments and answers of its own. */
function large(): string {
  const operation = (n: number) => ({
    operationId: `things/do${n}`,
    tags: [`things ${n % 100}`],
    description: `${n}. ${text}`,
    parameters: [{ name: `of${n}`, in: 'query', description: text, schema: { type: 'string', enum: [`a${n}`, `b${n}`] } }],
    responses: {
      200: { description: 'ok', content: { 'application/json': { schema: { type: 'object', properties: { [`p${n}`]: {} } } } } },
    },
  });
  const paths = Object.fromEntries(Array.from({ length: OPERATIONS }, (_, n) => [`/things/${n}`, { get: operation(n) }]));
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1' }, servers: [{ url: 'http://127.0.0.1:9' }], paths });
}

test('while a large description is being indexed the daemon answers others: calls, searches, health', async t => {
  const document = large();
  const small = {
    openapi: '3.0.3',
    info: { title: 'Small', version: '1' },
    paths: { '/books': { get: { operationId: 'books/list', tags: ['books'], responses: { 200: { description: 'ok' } } } } },
  };
  const upstream = await recordUpstream(t, ({ path }, res) => {
    if (path === '/large.json') res.writeHead(200, { 'content-type': 'application/json' }).end(document);
    else answerJson(res, 200, path === '/small.json' ? small : { books: [] });
  });
  const { api } = await startDaemon(t, temporaryDataDir(t));
  const add = (namespace: string) =>
    api.post('/api/sources', { url: `${upstream.origin}/${namespace}.json`, namespace, allowPrivate: true });
  await add('small');
  assert.equal((await api.get('/api/sources/small?wait=60')).body.state, 'ready');

  await add('large');
  const state = async (): Promise<string> => (await api.get('/api/sources/large')).body.state;
  let rounds = 0;
  for (let now = await state(); now !== 'ready'; now = await state()) {
    assert.ok(['detecting', 'indexing'].includes(now), now);
    assert.equal((await api.get('/healthz')).status, 200);
    assert.deepEqual((await api.invoke('small.books.list', {})).body.data, { books: [] });
    assert.equal((await api.get('/api/tools?q=list+books')).body.items[0].path, 'small.books.list');
    if (now === 'indexing' && (await state()) === 'indexing') rounds++;
  }
  // In one thread with the indexing there would be none.
  assert.ok(rounds >= 3, `${rounds} rounds of answers`);
  assert.equal((await api.get('/api/sources/large')).body.toolCount, OPERATIONS);
});
