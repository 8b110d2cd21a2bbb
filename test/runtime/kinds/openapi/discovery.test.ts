import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectOpenApi } from '../../../../runtime/kinds/openapi/detect.ts';
import { compile } from '../../../../runtime/schema/engine.ts';
import { bytesOf, index, pathsOf, requestOf } from './document.ts';

const document = {
  kind: 'discovery#restDescription',
  discoveryVersion: 'v1',
  name: 'books',
  title: 'Books API',
  rootUrl: 'https://books.googleapis.com/',
  servicePath: '',
  baseUrl: 'https://books.googleapis.com/',
  parameters: { alt: { type: 'string', enum: ['json', 'media'], location: 'query' } },
  schemas: {
    Volume: {
      id: 'Volume',
      type: 'object',
      properties: {
        title: { type: 'string' },
        parts: { type: 'array', items: { $ref: 'Volume' } },
        any: { type: 'any' },
        raw: { type: 'string', format: 'byte' },
      },
    },
  },
  resources: {
    volumes: {
      methods: {
        list: {
          id: 'books.volumes.list',
          path: 'v1/volumes',
          httpMethod: 'GET',
          parameters: { id: { type: 'string', repeated: true, location: 'query' } },
          response: { $ref: 'Volume' },
        },
        insert: {
          id: 'books.volumes.insert',
          path: 'v1/{+parent}/volumes',
          httpMethod: 'POST',
          parameters: { parent: { type: 'string', required: true, location: 'path' } },
          request: { $ref: 'Volume' },
        },
      },
      resources: {
        associated: {
          methods: {
            delete: {
              path: 'v1/volumes/{id}/associated',
              httpMethod: 'DELETE',
              parameters: { id: { type: 'string', required: true, location: 'path' } },
            },
          },
        },
      },
    },
  },
};

test('a Google Discovery document is detected and its methods are tools', async () => {
  assert.equal(detectOpenApi({ bytes: bytesOf(document) })?.namespace, 'books');
  assert.deepEqual(pathsOf(await index(document)), ['ns.volumes.list', 'ns.volumes.insert', 'ns.volumesAssociated.delete']);
});

test('its requests are what Google expects: repeated parameters, whole paths as one value, JSON bodies', async () => {
  const { tools, definitions, warnings } = await index(document);
  assert.deepEqual(warnings, []);
  const [list, insert, remove] = tools.map(({ tool }) => tool);
  assert.equal(requestOf(list!, { id: ['a', 'b'], alt: 'json' }).url, 'https://books.googleapis.com/v1/volumes?id=a&id=b&alt=json');
  const input = { parent: 'projects/p/locations/l', title: 't', parts: [{ title: 'one' }], any: 3, raw: '_-8=' };
  assert.deepEqual(compile(insert!.inputSchema, name => definitions.get(name))(input), []);
  const { url, body } = requestOf(insert!, input);
  assert.equal(url, 'https://books.googleapis.com/v1/projects/p/locations/l/volumes');
  assert.deepEqual(JSON.parse(String(body)), { title: 't', parts: [{ title: 'one' }], any: 3, raw: '_-8=' });
  assert.throws(() => requestOf(insert!, { parent: 'projects/../admin' }), /dot segments/);
  assert.equal(remove!.effect, 'destructive');
});
