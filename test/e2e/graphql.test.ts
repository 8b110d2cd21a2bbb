import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { type Library, openLibrary, SDL } from './library.ts';

let library: Library;
let directory: string;
let runtime: Runtime;

before(async () => {
  library = await openLibrary();
  library.token = 'open-sesame';
  directory = await mkdtemp(join(tmpdir(), 'executor-graphql-'));
  runtime = await createRuntime({ dataDir: directory });
});
after(async () => {
  await runtime.close();
  await library.close();
  await rm(directory, { recursive: true, force: true });
});

const start = async (path: string, input: Record<string, unknown>) => {
  const { owner } = runtime.principals;
  const { id } = await runtime.executions.invoke({ path: `library.${path}`, input, principal: owner });
  return runtime.executions.wait(id, owner);
};

test('an endpoint that wants a credential says so before anything else', async () => {
  const { candidates } = await runtime.sources.detect({ url: library.url, allowPrivate: true });
  const [surest] = candidates;
  assert.deepEqual({ kind: surest?.kind, auth: surest?.auth }, { kind: 'graphql', auth: { required: true, schemes: ['bearer'] } });
  await runtime.sources.add({ url: library.url, namespace: 'closed', allowPrivate: true });
  const { state, error } = await runtime.sources.wait('closed');
  assert.equal(state, 'authenticating');
  assert.equal(error?.code, 'login_required');
  assert.match(error?.message ?? '', /is a GraphQL endpoint that wants a credential .*bearer/);
  await runtime.sources.remove('closed');
});

test('it is detected and added by its address alone, with the headers of the source', async () => {
  await runtime.sources.add({
    url: library.url,
    namespace: 'library',
    headers: { authorization: 'Bearer open-sesame' },
    allowPrivate: true,
  });
  const view = await runtime.sources.wait('library');
  assert.equal(view.error, undefined);
  assert.deepEqual([view.kind, view.state, view.toolCount, view.baseUrl], ['graphql', 'ready', 6, library.url]);
  assert.deepEqual(view.report?.unsupported, [
    { operation: 'subscription.added', reason: 'A subscription is a stream of events, not a call with one answer.' },
  ]);
  const hits = await runtime.tools.search({ q: 'find a book', principal: runtime.principals.owner });
  assert.ok(hits.items.slice(0, 2).some(({ path }) => path === 'library.query.book'));
});

test('a query runs at once, with a custom scalar as argument and answer', async () => {
  const { state, result } = await start('query.books', { publishedAfter: '1800-01-01' });
  assert.equal(state, 'failed', 'the review of each book fails');
  assert.deepEqual(
    (result as { title: string; published: string }[]).map(({ title, published }) => ({ title, published })),
    [{ title: 'Emma', published: '1815-12-23' }],
  );
  assert.equal(library.requests.at(-1)?.authorization, 'Bearer open-sesame');
  const wrong = await start('query.books', { publishedAfter: 'yesterday' });
  assert.deepEqual([wrong.state, wrong.error?.code], ['failed', 'graphql_errors']);
  assert.match(wrong.error?.message ?? '', /Day cannot be "yesterday"/);
});

test('partial data and errors both arrive', async () => {
  const { state, result, error, http } = await start('query.book', { id: '1' });
  assert.deepEqual([state, error?.code, http?.status], ['failed', 'graphql_errors', 200]);
  assert.match(error?.message ?? '', /^Nobody has reviewed Emma\. \(at book\.review\)\. The rest of the data is there/);
  const whole = { id: '1', title: 'Emma', published: '1815-12-23', review: null, author: { id: 'a1', name: 'Jane Austen' } };
  assert.deepEqual(result, whole);
  assert.deepEqual(error?.details?.data, whole);
  const secret = await start('query.secret', {});
  const errors = (secret.error?.details?.errors ?? []) as { extensions?: unknown }[];
  assert.deepEqual(errors[0]?.extensions, { code: 'FORBIDDEN' });
});

test('a selection of the caller is checked here and sent; a union is asked by type', async () => {
  const book = await start('query.book', { id: '1', _select: '{ title author { name } }' });
  assert.deepEqual([book.state, book.result], ['done', { title: 'Emma', author: { name: 'Jane Austen' } }]);
  const found = await start('query.search', { text: 'a', _select: '__typename ... on Book { title } ... on Author { name }' });
  assert.deepEqual(found.result, [
    { __typename: 'Book', title: 'Emma' },
    { __typename: 'Author', name: 'Jane Austen' },
  ]);
  const before = library.requests.length;
  await assert.rejects(start('query.book', { id: '1', _select: '{ titel }' }), {
    code: 'invalid_arguments',
    message: /`Book` has no field `titel`; did you mean `title`\?/,
  });
  await assert.rejects(start('query.book', { key: '1' }), { code: 'invalid_arguments', message: /unknown argument `key`/ });
  assert.equal(library.requests.length, before, 'nothing was sent');
});

test('a mutation asks first, and runs once it is approved', async () => {
  const waiting = await start('mutation.addBook', { title: 'Persuasion', published: '1817-12-20', _select: '{ id title }' });
  assert.equal(waiting.state, 'awaitingApproval');
  assert.equal(library.books.size, 1);
  const { owner } = runtime.principals;
  await runtime.executions.resume(waiting.id, { action: 'accept' }, owner);
  const { state, result } = await runtime.executions.wait(waiting.id, owner);
  assert.deepEqual([state, result], ['done', { id: '2', title: 'Persuasion' }]);
  assert.equal(library.books.get('2')?.title, 'Persuasion');
});

test('a refresh asks the endpoint again and shows what changed; an outage leaves what is known', async () => {
  assert.deepEqual(await runtime.sources.refresh('library'), { added: [], changed: [], removed: [], held: [] });
  assert.equal(runtime.sources.get('library').revision, 1);
  library.introspection = false;
  await assert.rejects(runtime.sources.refresh('library'), { code: 'source_not_recognised', message: /introspection is off/ });
  const { state, stale, toolCount } = runtime.sources.get('library');
  assert.deepEqual([state, stale, toolCount], ['ready', true, 6]);
  assert.equal((await start('query.search', { text: 'Jane' })).state, 'done');
});

test('an endpoint that keeps its schema to itself is added with the schema as document', async () => {
  await runtime.sources.add({
    spec: SDL,
    namespace: 'quiet',
    baseUrl: library.url,
    headers: { authorization: 'Bearer open-sesame' },
    allowPrivate: true,
  });
  const view = await runtime.sources.wait('quiet');
  assert.deepEqual([view.kind, view.state, view.toolCount, view.baseUrl], ['graphql', 'ready', 6, library.url]);
  const { owner } = runtime.principals;
  const { id } = await runtime.executions.invoke({ path: 'quiet.query.search', input: { text: 'Jane' }, principal: owner });
  assert.equal((await runtime.executions.wait(id, owner)).state, 'done');
});

test('a restart contacts nobody, and calls go on', async () => {
  await runtime.close();
  const before = library.requests.length;
  runtime = await createRuntime({ dataDir: directory });
  assert.equal(library.requests.length, before);
  const { state, result } = await start('query.book', { id: '1', _select: '{ title }' });
  assert.deepEqual([state, result], ['done', { title: 'Emma' }]);
});

test('the program as it is built reads a schema that is SDL, from a text and from an address, and calls what is in it', async t => {
  const schema = createServer((_req, res) => res.writeHead(200, { 'content-type': 'text/plain' }).end(SDL));
  await new Promise<void>(resolve => schema.listen(0, '127.0.0.1', resolve));
  t.after(() => schema.close());
  const spec = `http://127.0.0.1:${(schema.address() as AddressInfo).port}/schema.graphql`;
  const { api } = await startDaemon(t, temporaryDataDir(t));
  for (const [namespace, source] of Object.entries({ text: { spec: SDL }, address: { spec } })) {
    const headers = { authorization: 'Bearer open-sesame' };
    const added = await api.post('/api/sources', { ...source, namespace, baseUrl: library.url, headers, allowPrivate: true });
    assert.equal(added.status, 202, added.text);
    const { body } = await api.get(`/api/sources/${namespace}?wait=60`);
    assert.deepEqual([body.kind, body.state, body.toolCount], ['graphql', 'ready', 6], JSON.stringify(body.error));
    const called = await api.invoke(`${namespace}.query.book`, { id: '1', _select: '{ title }' });
    assert.deepEqual(called.body.data, { title: 'Emma' }, called.text);
  }
});
