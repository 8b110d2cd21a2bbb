import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validate } from '@scalar/openapi-parser';
import { importClient } from '../generated-client.ts';
import { openWarehouse } from './warehouse.ts';

const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));

/** The strictest a consumer may be, with no library but the language's own. */
const STRICT =
  '--ignoreConfig --strict --noEmit --target es2022 --module esnext --moduleResolution bundler --lib es2022 --types  --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noPropertyAccessFromIndexSignature --verbatimModuleSyntax --erasableSyntaxOnly --noUnusedLocals --noUnusedParameters --isolatedModules'.split(
    ' ',
  );

/** A description with everything a name or a schema may do to a printer. */
const ODD = {
  openapi: '3.1.0',
  info: { title: 'Odd', version: '1' },
  servers: [{ url: 'https://odd.example.com' }],
  paths: {
    '/class': { post: { tags: ['class'], operationId: 'delete', ...body({ $ref: '#/components/schemas/Tree' }) } },
    '/then': { get: { tags: ['then'], operationId: 'then', responses: { 200: answer({ $ref: '#/components/schemas/A' }) } } },
    '/取得': { get: { tags: ['取得'], operationId: '取る', responses: { 200: answer({ $ref: '#/components/schemas/Record' }) } } },
    '/q': { get: { operationId: "it's", parameters: [{ name: 'a"b\\c', in: 'query', schema: { const: 'x\ny' } }], responses: {} } },
    '/p': { get: { tags: ['__proto__'], operationId: 'constructor', description: 'Ends */ here', responses: {} } },
  },
  components: {
    schemas: {
      Tree: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } }, 'na me': {} } },
      A: { oneOf: [{ $ref: '#/components/schemas/B' }, { type: 'null' }] },
      B: { anyOf: [{ $ref: '#/components/schemas/A' }, { type: 'string' }] },
      Record: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Record' } },
      executorAnswer: { type: 'string' },
    },
  },
};
function answer(schema: object) {
  return { description: 'Fine', content: { 'application/json': { schema } } };
}
function body(schema: object) {
  return { requestBody: { required: true, content: { 'application/json': { schema } } }, responses: { 200: answer(schema) } };
}

test('the OpenAPI document is valid, the same for the same catalog, and not sent again to who has it', async t => {
  const { owner } = await openWarehouse(t);
  await owner.post('/api/sources', { spec: ODD, namespace: 'odd' });
  assert.equal((await owner.get('/api/sources/odd?wait=60')).body.state, 'ready');
  const first = await owner.get('/api/tools/export/openapi');
  assert.equal(first.status, 200);
  const { valid, errors } = await validate(first.text);
  assert.deepEqual([valid, errors], [true, []]);
  const operation = first.body.paths['/api/tools/invoke/w.items.create'].post;
  assert.deepEqual(operation.requestBody.content['application/json'].schema.required, ['name']);
  assert.equal(operation.responses['202'].$ref, '#/components/responses/Paused');
  assert.deepEqual(Object.keys(first.body.paths).length, 10 + 5);
  const tag = first.headers.get('etag')!;
  const again = await owner.get('/api/tools/export/openapi');
  assert.deepEqual([again.text, again.headers.get('etag')], [first.text, tag]);
  assert.equal((await owner.get('/api/tools/export/openapi', { headers: { 'if-none-match': tag } })).status, 304);
  const part = await owner.get('/api/tools/export/openapi?source=odd');
  assert.equal(Object.keys(part.body.paths).length, 5);
  assert.notEqual(part.headers.get('etag'), tag);
  assert.equal((await owner.get('/api/tools/export/openapi?source=nobody')).body.error.code, 'source_not_found');
});

test('the TypeScript client passes the strictest check, whatever things are called', async t => {
  const { owner } = await openWarehouse(t);
  await owner.post('/api/sources', { spec: ODD, namespace: 'odd' });
  await owner.get('/api/sources/odd?wait=60');
  const { text } = await owner.get('/api/tools/export/typescript');
  const folder = mkdtempSync(join(tmpdir(), 'executor-client-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'executor.ts'), text);
  writeFileSync(
    join(folder, 'use.ts'),
    `import { createExecutorClient, type ExecutorAnswer } from './executor';
const client = createExecutorClient({ token: 't' });
export const created: Promise<ExecutorAnswer<unknown>> = client.w.items.create({ name: 'bolt', amount: 2 });
export const tree = client.odd.class.delete({ children: [{ 'na me': 1 }] }).then(a => (a.ok ? a.data.children?.[0]?.children : a.error.code));
export const listed = client.w.items.list();
export const called = client.$call('w.items.get', { id: '1' });
// @ts-expect-error a required argument is missing
client.w.items.create({});
// @ts-expect-error there is no such tool
client.$call('w.items.nothing', {});
`,
  );
  execFileSync(TSC, [...STRICT, '--skipLibCheck', 'use.ts'], { cwd: folder, stdio: 'pipe' });
});

test('calls made through the generated client work: data, a failure of the tool, a pause that is resumed, a refusal', async t => {
  const { owner, url, token } = await openWarehouse(t);
  const { text } = await owner.get('/api/tools/export/typescript');
  const { createExecutorClient, ExecutorPausedError, ExecutorRequestError } = await importClient(t, text);
  const client = createExecutorClient({ baseUrl: url, token });
  assert.deepEqual((await client.w.items.list()).data, [{ name: 'bolt' }]);
  assert.equal((await client.w.faults.broken()).error.code, 'upstream_http_error');
  const paused = await client.w.items.create({ name: 'bolt' }, { idempotencyKey: 'k' }).catch((error: unknown) => error);
  assert.ok(paused instanceof ExecutorPausedError);
  assert.equal(paused.approvalUrl, `${url}/resume/${paused.executionId}`);
  await owner.post(`/api/executions/${paused.executionId}/resume`, { action: 'accept' });
  const answered = await client.$call('w.items.create', { name: 'bolt' }, { idempotencyKey: 'k' });
  assert.deepEqual([answered.executionId, answered.data.name], [paused.executionId, 'bolt']);
  const refused = await client.$call('w.items.creat', {}).catch((error: unknown) => error);
  assert.ok(refused instanceof ExecutorRequestError);
  assert.deepEqual([refused.status, refused.body.error.code], [404, 'tool_not_found']);
});
