import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { detectOpenApi } from '../../../../runtime/kinds/openapi/detect.ts';
import { readHead } from '../../../../runtime/kinds/openapi/head.ts';
import { suggestNamespace } from '../../../../runtime/kinds/suggest-namespace.ts';
import { api, bytesOf } from './document.ts';

test('GitHub is found from its first bytes alone', () => {
  const bytes = readFileSync(new URL('../../../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
  assert.deepEqual(detectOpenApi({ bytes: bytes.subarray(0, 256 * 1024) })?.namespace, 'github');
});

test('JSON, YAML and Swagger are found, whatever comes first in them', () => {
  const { paths, ...head } = api({ '/x': { get: {} } });
  assert.equal(detectOpenApi({ bytes: bytesOf({ paths, ...head }) })?.confidence, 1);
  assert.equal(
    detectOpenApi({ bytes: bytesOf('# a comment\nswagger: "2.0"\ninfo:\n  title: A\nhost: a.example\npaths: {}\n') })?.baseUrl,
    'https://a.example',
  );
  assert.equal(detectOpenApi({ bytes: bytesOf('---\npaths:\n  /x: {}\ninfo:\n  title: "Y: z"\nopenapi: 3.1.0\n') })?.name, 'Y: z');
});

test('what only mentions OpenAPI is none', () => {
  for (const source of ['{"a":"openapi"}', '<p>openapi: 3.0.0</p>', '{"data":{"__schema":{}}}', '', '[]', 'just text'])
    assert.equal(detectOpenApi({ bytes: bytesOf(source) }), undefined, source);
});

test('a large member before the paths does not keep the version from being found', () => {
  const document = { 'x-large': 'a"\\b'.repeat(200_000), ...api({ '/x': { get: {} } }) };
  assert.equal(readHead(bytesOf(document))?.openapi, '3.0.3');
  assert.equal(detectOpenApi({ bytes: bytesOf(document) })?.confidence, 1);
});

test('a namespace is short: the host where the title has it, else the title without what every title has', () => {
  assert.equal(suggestNamespace("GitHub's official OpenAPI spec + Octokit extension", 'https://api.github.com'), 'github');
  assert.equal(suggestNamespace('Swagger Petstore - OpenAPI 3.0', 'https://petstore3.swagger.io/api'), 'petstore');
  assert.equal(suggestNamespace('The Cat Fact API v1', undefined), 'catFact');
  assert.equal(suggestNamespace('API', 'https://api.stripe.com'), 'stripe');
  assert.equal(suggestNamespace(undefined, undefined), 'api');
});
