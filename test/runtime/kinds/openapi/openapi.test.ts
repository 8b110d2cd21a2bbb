import { readFileSync } from 'node:fs';
import { openapi } from '../../../../runtime/kinds/openapi/openapi.ts';
import { testKind } from '../../../contracts/kind.ts';
import { api, bytesOf } from './document.ts';

const github = new URL('../../../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url);

const tree = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
};

const swagger = {
  swagger: '2.0',
  info: { title: 'Old', version: '1' },
  host: 'old.example.com',
  basePath: '/v2',
  schemes: ['http', 'https'],
  consumes: ['application/json'],
  produces: ['application/json'],
  definitions: {
    Pet: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, parent: { $ref: '#/definitions/Pet' } } },
  },
  paths: {
    '/pets': {
      post: {
        tags: ['pets'],
        parameters: [{ name: 'pet', in: 'body', required: true, schema: { $ref: '#/definitions/Pet' } }],
        responses: {},
      },
    },
    '/pets/{id}/photo': {
      post: {
        parameters: [
          { name: 'id', in: 'path', required: true, type: 'integer' },
          { name: 'photo', in: 'formData', type: 'file', required: true },
        ],
        responses: {},
      },
    },
  },
};

const yaml = `openapi: 3.1.0
info: {title: Yaml API, version: 1.0.0}
servers: [{url: https://yaml.example.com}]
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: [integer, 'null'], exclusiveMinimum: 0}}
    get: {operationId: getThing, responses: {200: {description: ok}}}
`;

testKind({
  kind: openapi,
  documents: [
    { name: "GitHub's description", bytes: () => readFileSync(github), tools: 1223 },
    { name: 'YAML in OpenAPI 3.1', bytes: () => bytesOf(yaml), tools: 1 },
    { name: 'Swagger 2.0', bytes: () => bytesOf(swagger), tools: 2 },
    {
      name: 'a schema that refers to itself',
      bytes: () =>
        bytesOf(
          api(
            { '/trees': { post: { requestBody: { required: true, content: { 'application/json': { schema: tree } } } } } },
            { components: { schemas: { Tree: tree } } },
          ),
        ),
      tools: 1,
    },
  ],
  others: {
    'an HTML page': bytesOf('<!doctype html><title>API</title>'),
    'something that is JSON only': bytesOf({ hello: 'world' }),
    'a list': bytesOf([1, 2]),
    'nothing at all': bytesOf(''),
    'a document without paths': bytesOf(api({})),
    'broken JSON': bytesOf('{"openapi": "3.0.0", '),
    'an AsyncAPI document': bytesOf({ asyncapi: '2.0.0', channels: {} }),
    'a document of webhooks only': bytesOf({ openapi: '3.1.0', info: {}, webhooks: { a: { post: {} } } }),
  },
});
