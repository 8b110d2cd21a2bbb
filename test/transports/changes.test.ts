import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Api, openApi } from '../api.ts';
import { answerJson, type Recorder, recordUpstream } from '../upstream-recorder.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

const string = { type: 'string' };
const id = { name: 'id', in: 'path', required: true, schema: string };
const thing = {
  type: 'object',
  properties: { title: string, password: string, labels: { type: 'array', items: string }, owner: { type: 'object' } },
};
const body = { requestBody: { content: { 'application/json': { schema: thing } } } };
const responses = { 200: { description: 'OK' } };
const tags = ['things'];

/** An API whose things can be read where they are changed. */
const spec = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Shelf', version: '1' },
  servers: [{ url: origin }],
  paths: {
    '/things/{id}': {
      parameters: [id],
      get: { tags, operationId: 'get', responses },
      put: { tags, operationId: 'replace', ...body, responses },
      patch: { tags, operationId: 'change', ...body, responses },
    },
    '/settings': { put: { tags: ['settings'], operationId: 'set', ...body, responses } },
  },
});

interface Shelf extends Warehouse {
  things: Recorder;
}

async function openShelf(t: TestContext, read: 'answers' | 'fails' = 'answers'): Promise<Shelf> {
  const house = await openWarehouse(t);
  const things = await recordUpstream(t, ({ method }, res) => {
    if (method === 'GET' && read === 'fails') return answerJson(res, 500, {});
    answerJson(res, 200, { id: '7', title: 'old', password: 'sentinel-old', labels: ['a'], owner: { name: 'x', age: 1 }, more: true });
  });
  await house.owner.post('/api/sources', { spec: spec(things.origin), namespace: 's', allowPrivate: true });
  assert.equal((await house.owner.get('/api/sources/s?wait=60')).body.state, 'ready');
  return { ...house, things };
}

async function asked(by: Api, path: string, input: object) {
  const { status, body: answered } = await by.invoke(path, input);
  assert.equal(status, 202, JSON.stringify(answered));
  return { id: answered.error.executionId as string, request: answered.error.interactions[0].request };
}
const CHANGED = { title: 'new', labels: ['a'], owner: { name: 'x', age: 2 }, password: 'sentinel-new' };
const UPDATE = { id: '7', ...CHANGED };

for (const tool of ['s.things.replace', 's.things.change']) {
  test(`${tool}: the approver sees what the update changes beside what is there now`, async t => {
    const { owner, things } = await openShelf(t);
    const { id: execution, request } = await asked(owner, tool, UPDATE);
    assert.deepEqual(request.difference, [
      { path: '/title', before: 'old', after: 'new' },
      { path: '/owner/age', before: 1, after: 2 },
      { path: '/password', before: '••••••', after: '••••••' },
    ]);
    assert.deepEqual(
      things.arrived.map(({ method, path }) => `${method} ${path}`),
      ['GET /things/7'],
    );
    const { items } = (await owner.get(`/api/executions?parent=${execution}`)).body;
    assert.deepEqual(
      items.map(({ tool: path, state }: Record<string, string>) => [path, state]),
      [['s.things.get', 'done']],
      'the read is a call on record',
    );
    assert.equal((await owner.resume(execution)).body.state, 'done');
    assert.deepEqual(JSON.parse(things.arrived.at(-1)!.text), CHANGED);
  });
}

for (const decision of ['ask', 'block'] as const) {
  test(`where the rules say ${decision} for the read, nothing is read and the person decides without it`, async t => {
    const { owner, things } = await openShelf(t);
    await owner.put('/api/policies', { pattern: 's.things.get', decision });
    const { request } = await asked(owner, 's.things.replace', UPDATE);
    assert.deepEqual([request.difference, things.arrived.length], [undefined, 0]);
    assert.deepEqual((await owner.get('/api/executions?state=pending')).body.items.length, 1, 'no second question');
  });
}

test('a condition on the read counts for the object that would be read', async t => {
  const { owner } = await openShelf(t);
  await owner.put('/api/policies', {
    pattern: 's.things.get',
    decision: 'block',
    when: { arguments: [{ path: '/id', equals: '7' }] },
  });
  assert.equal((await asked(owner, 's.things.replace', UPDATE)).request.difference, undefined);
  assert.notEqual((await asked(owner, 's.things.replace', { ...UPDATE, id: '8' })).request.difference, undefined);
});

test('who may not read the object is not told of it', async t => {
  const { owner, url, things } = await openShelf(t);
  const { body: token } = await owner.post('/api/tokens', { name: 'narrow', role: 'agent', tools: ['s.things.replace'] });
  const { request } = await asked(openApi(url, token.token), 's.things.replace', UPDATE);
  assert.deepEqual([request.difference, things.arrived.length], [undefined, 0]);
});

test('a read that fails, or that there is none of, leaves the question as it is', async t => {
  const { owner } = await openShelf(t, 'fails');
  assert.equal((await asked(owner, 's.things.replace', UPDATE)).request.difference, undefined);
  assert.equal((await asked(owner, 's.settings.set', { title: 'x' })).request.difference, undefined);
});
