import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tool } from '../../../../machines/schema/tool.ts';
import { compile } from '../../../../runtime/schema/engine.ts';
import { api, index, requestOf, toolOf } from './document.ts';

type Json = Record<string, unknown>;

const inputOf = ({ inputSchema }: Tool): { properties: Json; required?: string[]; additionalProperties: unknown } =>
  inputSchema as { properties: Json; required?: string[]; additionalProperties: unknown };

const json = (schema: Json, required = true): Json => ({ required, content: { 'application/json': { schema } } });

const text = { type: 'string' };

test('parameters and the properties of an object body lie beside each other, and unknown arguments are errors', async () => {
  const tool = await toolOf('post /x/{id}', {
    parameters: [{ name: 'dry', in: 'query', schema: { type: 'boolean' } }],
    requestBody: json({ type: 'object', required: ['title'], properties: { title: text, tags: { type: 'array', items: text } } }),
  });
  const input = inputOf(tool);
  assert.deepEqual(Object.keys(input.properties), ['id', 'dry', 'title', 'tags']);
  assert.deepEqual(input.required, ['id', 'title']);
  assert.equal(input.additionalProperties, false);
  const { url, body } = requestOf(tool, { id: 'a', dry: true, title: 't' });
  assert.equal(url, 'https://api.example.com/v1/x/a?dry=true');
  assert.equal(body, '{"title":"t"}');
});

test('on a clash path, query, header, cookie and body keep the plain name in that order, the later is <name>_<place>', async () => {
  const parameters = ['cookie', 'header', 'query', 'path'].map(place => ({ name: 'a', in: place, required: true, schema: text }));
  const tool = await toolOf('post /x/{a}', { parameters, requestBody: json({ type: 'object', properties: { a: text, b: text } }) });
  assert.deepEqual(Object.keys(inputOf(tool).properties), ['a', 'a_query', 'a_header', 'a_cookie', 'a_body', 'b']);
  const { url, headers, body } = requestOf(tool, { a: '1', a_query: '2', a_header: '3', a_cookie: '4', a_body: '5', b: '6' });
  assert.equal(url, 'https://api.example.com/v1/x/1?a=2');
  assert.equal(headers.a, '3');
  assert.equal(headers.cookie, 'a=4');
  assert.equal(body, '{"a":"5","b":"6"}');
});

test('names that are reserved give way too', async () => {
  const tool = await toolOf('get /x', { parameters: [{ name: '_server', in: 'query', schema: text }] });
  assert.deepEqual(Object.keys(inputOf(tool).properties), ['_server_query']);
});

test('a body that is an object by allOf and reference is laid open; read-only properties are left out', async () => {
  const schemas = { Base: { type: 'object', required: ['id', 'name'], properties: { id: { ...text, readOnly: true }, name: text } } };
  const schema = { allOf: [{ $ref: '#/components/schemas/Base' }, { properties: { size: { type: 'integer' } }, required: ['size'] }] };
  const input = inputOf(await toolOf('post /x', { requestBody: json(schema) }, { components: { schemas } }));
  assert.deepEqual(Object.keys(input.properties), ['name', 'size']);
  assert.deepEqual(input.required, ['name', 'size']);
});

test('a body that is no object with properties is one argument called body', async () => {
  const unions = {
    oneOf: [
      { type: 'object', properties: { a: text } },
      { type: 'object', properties: { b: text } },
    ],
  };
  for (const schema of [{ type: 'array', items: text }, text, { type: 'object', additionalProperties: text }, unions, {}]) {
    const tool = await toolOf('post /x', { requestBody: json(schema) });
    assert.deepEqual(inputOf(tool).required, ['body']);
    assert.equal(requestOf(tool, { body: ['a'] }).body, '["a"]');
  }
});

test('what an optional body requires is required as soon as any of it is there', async () => {
  const tool = await toolOf('post /x', { requestBody: json({ type: 'object', required: ['a'], properties: { a: text, b: text } }, false) });
  const errors = compile(tool.inputSchema, () => undefined);
  assert.equal(errors({}).length, 0);
  assert.equal(errors({ b: 'x' }).length, 1);
  assert.equal(requestOf(tool, {}).body, undefined);
});

test('further properties are taken where the document says outright that there may be any', async () => {
  const tool = await toolOf('post /x', {
    requestBody: json({ type: 'object', properties: { a: text }, additionalProperties: { type: 'integer' } }),
  });
  const errors = compile(tool.inputSchema, () => undefined);
  assert.equal(errors({ a: 'x', other: 1 }).length, 0);
  assert.equal(errors({ a: 'x', other: 'y' }).length, 1);
  assert.equal(requestOf(tool, { a: 'x', other: 1 }).body, '{"a":"x","other":1}');
});

test('"one of these must be there" stays a condition on the arguments', async () => {
  const schema = { type: 'object', properties: { a: text, b: text }, anyOf: [{ required: ['a'] }, { required: ['b'] }] };
  const errors = compile((await toolOf('post /x', { requestBody: json(schema) })).inputSchema, () => undefined);
  assert.ok(errors({}).length > 0);
  assert.equal(errors({ b: 'x' }).length, 0);
});

test("headers that are not a caller's to set are no arguments, Accept is never required", async () => {
  const names = ['Authorization', 'Cookie', 'Host', 'Content-Type', 'Content-MD5', 'Transfer-Encoding', 'Accept', 'X-Trace'];
  const tool = await toolOf('get /x', { parameters: names.map(name => ({ name, in: 'header', required: true, schema: text })) });
  assert.deepEqual(Object.keys(inputOf(tool).properties), ['Accept', 'X-Trace']);
  assert.deepEqual(inputOf(tool).required, ['X-Trace']);
});

test('a path parameter that is not declared is added, one without a place in the path is left out with a warning', async () => {
  const { tools, warnings } = await index(
    api({ '/x/{a}': { get: { parameters: [{ name: 'b', in: 'path', required: true, schema: text }] } } }),
  );
  assert.deepEqual(Object.keys(inputOf(tools[0]!.tool).properties), ['a']);
  assert.match(warnings.join(), /no place for its path parameter b/);
});

test('parameters of the path item count, and those of the operation replace them', async () => {
  const item = {
    parameters: [
      { name: 'a', in: 'query', schema: text },
      { name: 'b', in: 'query', schema: text },
    ],
    get: { parameters: [{ name: 'a', in: 'query', required: true, schema: { type: 'integer' } }] },
  };
  const { tools } = await index(api({ '/x': item }));
  assert.deepEqual(inputOf(tools[0]!.tool).required, ['a']);
  assert.deepEqual(inputOf(tools[0]!.tool).properties, { a: { type: 'integer' }, b: text });
});

test('GET, HEAD, OPTIONS and TRACE read, DELETE destroys, the others write', async () => {
  const effects = {
    get: 'read',
    head: 'read',
    options: 'read',
    trace: 'read',
    delete: 'destructive',
    post: 'write',
    put: 'write',
    patch: 'write',
  };
  const { tools } = await index(api({ '/x': Object.fromEntries(Object.keys(effects).map(method => [method, {}])) }));
  for (const { tool } of tools) assert.equal(tool.effect, effects[tool.binding.method as keyof typeof effects]);
  assert.equal(tools.length, 8);
});

test('QUERY and the free methods of OpenAPI 3.2 are operations', async () => {
  const document = { ...api({ '/x': { query: {}, additionalOperations: { COPY: { operationId: 'copy' } } } }), openapi: '3.2.0' };
  const { tools } = await index(document);
  assert.deepEqual(
    tools.map(({ tool }) => [tool.binding.method, tool.effect]),
    [
      ['query', 'read'],
      ['copy', 'write'],
    ],
  );
});
