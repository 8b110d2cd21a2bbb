import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, index } from './document.ts';

type Json = Record<string, unknown>;

const top = { name: '$top', in: 'query', schema: { type: 'integer', minimum: 0 }, example: 50 };
const components = {
  parameters: {
    page: { name: 'page', in: 'query', schema: { $ref: '#/components/schemas/Page' }, description: 'Which page' },
    // The same node under two names of arguments: beside a property it is `note_query`.
    note: { name: 'note', in: 'query', schema: { type: 'string', 'x-odd': true } },
  },
  schemas: {
    Page: { oneOf: [{ type: 'integer' }, { $ref: '#/components/schemas/Cursor' }] },
    Cursor: { type: 'string', pattern: '^c' },
    Book: {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string' }, cursor: { $ref: '#/components/schemas/Cursor' }, kind: { enum: ['a', 'b'] } },
    },
  },
};
const book = { $ref: '#/components/schemas/Book' };
const answer = { 200: { description: 'x', content: { 'application/json': { schema: book } } } };
const id = (): Json => ({ name: 'id', in: 'path', required: true, schema: { type: 'string' } });

const paths: Record<string, Json> = {
  '/books/{id}': {
    get: { operationId: 'getBook', parameters: [id(), { $ref: '#/components/parameters/page' }, { ...top }], responses: answer },
    put: { operationId: 'putBook', parameters: [id()], requestBody: { required: true, content: { 'application/json': { schema: book } } } },
  },
  '/shelves/{id}': {
    parameters: [id(), { ...top }],
    get: { operationId: 'getShelf', parameters: [{ $ref: '#/components/parameters/page' }], responses: answer },
    post: { operationId: 'addBook', requestBody: { content: { 'application/json': { schema: book } } }, responses: answer },
  },
  '/notes': {
    get: { operationId: 'listNotes', parameters: [{ $ref: '#/components/parameters/note' }, { ...top }] },
    post: {
      operationId: 'addNote',
      parameters: [{ $ref: '#/components/parameters/note' }, { name: 'note', in: 'header', schema: { type: 'string' } }],
      requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { note: { type: 'string' } } } } } },
    },
  },
};

test('a tool is the same in a document where others repeat its arguments and in one of its own', async () => {
  const together = await index(api(paths, { components }));
  assert.equal(together.tools.length, 6);
  for (const [path, { parameters, ...item }] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const alone = await index(api({ [path]: { ...(parameters !== undefined && { parameters }), [method]: operation } }, { components }));
      const [expected] = alone.tools;
      const found = together.tools.find(({ tool }) => tool.path === expected!.tool.path);
      assert.equal(JSON.stringify(found), JSON.stringify(expected));
    }
  }
});

test('a change of what tools have in common changes the hash of those that have it, and of no others', async () => {
  const hashes = async (components: Json): Promise<Record<string, string>> =>
    Object.fromEntries((await index(api(paths, { components }))).tools.map(({ tool }) => [tool.path, tool.hash]));
  const before = await hashes(components);
  const page = { ...components.parameters.page, description: 'The page' };
  const after = await hashes({ ...components, parameters: { ...components.parameters, page } });
  assert.deepEqual(
    Object.keys(before).filter(path => before[path] !== after[path]),
    ['ns.books.getBook', 'ns.shelves.getShelf'],
  );
});

test('a parameter that stands in itself, as YAML can have it, is a parameter all the same', async () => {
  const { tools } = await index(`
openapi: 3.0.3
info: { title: Test, version: '1' }
servers: [{ url: https://api.example.com }]
paths:
  /a:
    get:
      parameters:
        - &self { name: q, in: query, schema: { type: string }, x-self: *self }
        - { name: r, in: query, schema: { type: string } }
`);
  assert.deepEqual(Object.keys((tools[0]!.tool.inputSchema as { properties: Json }).properties), ['q', 'r']);
});
