import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closure } from '../../../../runtime/schema/closure.ts';
import { compile } from '../../../../runtime/schema/engine.ts';
import { api, index } from './document.ts';

type Json = Record<string, unknown>;

const bodyOf = (schema: Json): Json => ({ requestBody: { required: true, content: { 'application/json': { schema } } } });

test('definitions are shared, never inlined, and a tool carries only those it reaches', async () => {
  const schemas = {
    A: { type: 'object', properties: { b: { $ref: '#/components/schemas/B' } } },
    B: { type: 'object', properties: { a: { $ref: '#/components/schemas/A' } } },
    Unused: { type: 'string' },
  };
  const paths = { '/a': { post: bodyOf({ type: 'array', items: { $ref: '#/components/schemas/A' } }) }, '/b': { get: {} } };
  const { tools, definitions } = await index(api(paths, { components: { schemas } }));
  assert.deepEqual([...definitions.keys()].sort(), ['A', 'B']);
  const whole = closure(tools[0]!.tool.inputSchema, name => definitions.get(name)) as { $defs: Json };
  assert.deepEqual(Object.keys(whole.$defs).sort(), ['A', 'B']);
  assert.equal(
    closure(tools[1]!.tool.inputSchema, name => definitions.get(name)),
    tools[1]!.tool.inputSchema,
  );
});

test('escaped names, references into paths and through references are followed', async () => {
  const paths = {
    '/a/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }] } },
    '/b/{id}': {
      get: {
        parameters: [
          { $ref: '#/paths/~1a~1%7Bid%7D/get/parameters/0' },
          { name: 'q', in: 'query', schema: { $ref: '#/components/schemas/odd~1name%20~0' } },
        ],
      },
    },
    '/c/{id}': { $ref: '#/paths/~1a~1{id}' },
    '/d': { post: bodyOf({ type: 'object', properties: { x: { $ref: '#/components/schemas/Alias/properties/inner' } } }) },
  };
  const schemas = {
    'odd/name ~': { type: 'boolean' },
    Alias: { $ref: '#/components/schemas/Real' },
    Real: { properties: { inner: { type: 'integer' } } },
  };
  const { tools, definitions, warnings } = await index(api(paths, { components: { schemas } }));
  assert.deepEqual(warnings, []);
  assert.equal(tools.length, 4);
  const errors = (n: number, input: Json): number => compile(tools[n]!.tool.inputSchema, name => definitions.get(name))(input).length;
  assert.equal(errors(1, { id: 1, q: true }), 0);
  assert.equal(errors(1, { id: 'a', q: 'b' }), 2);
  assert.equal(errors(2, { id: 'a' }), 1);
  assert.equal(errors(3, { x: 'a' }), 1);
  for (const name of definitions.keys()) assert.match(name, /^[A-Za-z0-9_.-]+$/);
});

test('a reference that leads nowhere widens its field and leaves a warning; the tool stays', async () => {
  const { tools, definitions, warnings } = await index(
    api({
      '/x': {
        post: bodyOf({
          type: 'object',
          properties: {
            a: { $ref: '#/components/schemas/Gone' },
            b: { $ref: 'https://elsewhere.example/x.json#/A' },
            c: { type: 'integer' },
          },
        }),
      },
    }),
  );
  assert.equal(warnings.length, 2);
  const errors = compile(tools[0]!.tool.inputSchema, name => definitions.get(name));
  assert.equal(errors({ a: 1, b: [], c: 2 }).length, 0);
  assert.equal(errors({ c: 'x' }).length, 1);
});

test('references in circles of nothing but references end', async () => {
  const schemas = {
    A: { $ref: '#/components/schemas/B' },
    B: { $ref: '#/components/schemas/A' },
    C: { allOf: [{ $ref: '#/components/schemas/C' }] },
  };
  const body = bodyOf({ type: 'object', properties: { a: { $ref: '#/components/schemas/A' }, c: { $ref: '#/components/schemas/C' } } });
  const { tools, definitions } = await index(api({ '/x': { post: body } }, { components: { schemas } }));
  assert.deepEqual(compile(tools[0]!.tool.inputSchema, name => definitions.get(name))({ a: 1, c: 1 }), []);
});

test('the hash of a tool changes with what it reaches, and with nothing else', async () => {
  const document = (leaf: string, unrelated: string): Json =>
    api(
      {
        '/x': { post: bodyOf({ type: 'object', properties: { a: { $ref: '#/components/schemas/A' } } }) },
        '/y': { get: { description: unrelated } },
      },
      {
        components: {
          schemas: {
            A: { type: 'array', items: { $ref: '#/components/schemas/B' } },
            B: { type: leaf, properties: { again: { $ref: '#/components/schemas/A' } } },
          },
        },
      },
    );
  const hashOf = async (leaf: string, unrelated = 'u'): Promise<string> => (await index(document(leaf, unrelated))).tools[0]!.tool.hash;
  assert.equal(await hashOf('string'), await hashOf('string', 'other'));
  assert.notEqual(await hashOf('string'), await hashOf('integer'));
});

test('the hash is the same when keys come in another order', async () => {
  const one = api({
    '/x': { post: bodyOf({ type: 'object', properties: { a: { type: 'string', title: 't' }, b: { type: 'integer' } } }) },
  });
  const two = api({
    '/x': { post: bodyOf({ properties: { b: { type: 'integer' }, a: { title: 't', type: 'string' } }, type: 'object' }) },
  });
  assert.equal((await index(one)).tools[0]!.tool.hash, (await index(two)).tools[0]!.tool.hash);
});

test('documents that references lead to are brought in, and theirs in turn, each once', async () => {
  const files: Record<string, unknown> = {
    'https://specs.example/v1/schemas/pet.yaml':
      'Pet:\n  type: object\n  required: [name]\n  properties:\n    name: {type: string}\n    owner: {$ref: "../people.json#/Person"}\n    twin: {$ref: "#/Pet"}\n',
    'https://specs.example/v1/people.json': {
      Person: { type: 'object', properties: { age: { type: 'integer' } }, additionalProperties: false },
    },
    'https://specs.example/v1/paths/pets.json': {
      get: { operationId: 'listPets', parameters: [{ name: 'n', in: 'query', schema: { type: 'integer' } }] },
    },
  };
  const fetched: string[] = [];
  const external = async (url: string): Promise<Uint8Array> => {
    fetched.push(url);
    if (!(url in files)) throw new Error('404');
    return Buffer.from(typeof files[url] === 'string' ? files[url] : JSON.stringify(files[url]));
  };
  const document = api({
    '/pets': { $ref: './paths/pets.json' },
    '/pet': { post: bodyOf({ type: 'array', items: { $ref: 'schemas/pet.yaml#/Pet' } }) },
    '/gone': { post: bodyOf({ type: 'array', items: { $ref: 'gone.json#/X' } }) },
  });
  const { tools, definitions, warnings } = await index(document, { url: 'https://specs.example/v1/openapi.json', external });
  assert.equal(fetched.length, new Set(fetched).size);
  assert.equal(tools.length, 3);
  assert.match(warnings.join(), /gone\.json was not brought in: 404/);
  const errors = (n: number, input: Json): number => compile(tools[n]!.tool.inputSchema, name => definitions.get(name))(input).length;
  assert.equal(errors(0, { n: 'x' }), 1);
  assert.equal(errors(1, { body: [{ name: 'a', owner: { age: 1 }, twin: { name: 'b' } }] }), 0);
  assert.equal(errors(1, { body: [{ name: 'a', owner: { agee: 1 } }] }), 1);
  assert.equal(errors(2, { body: [{}] }), 0);
});
