import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultError } from '../../../../machines/schema/fault.ts';
import { api, index, requestOf, toolOf } from './document.ts';

const addressOf = async (servers: unknown, documentUrl?: string): Promise<string> =>
  requestOf(await toolOf('get /x', {}, { servers }, documentUrl === undefined ? {} : { url: documentUrl }), {}).url;

test('relative servers are resolved against the document', async () => {
  const at = 'https://docs.example.com/specs/v3/openapi.json';
  assert.equal(await addressOf([{ url: '/api/v3' }], at), 'https://docs.example.com/api/v3/x');
  assert.equal(await addressOf([{ url: './rest' }], at), 'https://docs.example.com/specs/v3/rest/x');
  assert.equal(await addressOf([{ url: '//other.example.com/a/' }], at), 'https://other.example.com/a/x');
  assert.equal(await addressOf(undefined, at), 'https://docs.example.com/x');
  assert.equal(await addressOf([{ url: 'api.example.com/v1' }]), 'https://api.example.com/v1/x');
});

test('the nearest servers count: operation, then path, then document', async () => {
  const servers = (host: string): Record<string, unknown> => ({ servers: [{ url: `https://${host}.example` }] });
  const { tools, origins } = await index(
    api({ '/a': { ...servers('path'), get: servers('operation'), put: {} }, '/b': { get: {} } }, servers('document')),
  );
  assert.deepEqual(
    tools.map(({ tool }) => requestOf(tool, {}).url),
    ['https://operation.example/a', 'https://path.example/a', 'https://document.example/b'],
  );
  assert.deepEqual([...origins].sort(), ['https://document.example', 'https://operation.example', 'https://path.example']);
});

test('templates are filled with their defaults; the other values of enums can be chosen among those listed', async () => {
  const servers = [
    { url: 'https://{region}.example.com/{v}', variables: { region: { default: 'eu', enum: ['us', 'eu'] }, v: { default: 'v2' } } },
  ];
  const tool = await toolOf('get /x', {}, { servers });
  assert.equal(requestOf(tool, {}).url, 'https://eu.example.com/v2/x');
  assert.equal(requestOf(tool, { _server: 'https://us.example.com/v2' }).url, 'https://us.example.com/v2/x');
  const { properties } = tool.inputSchema as { properties: { _server: { enum: string[] } } };
  assert.deepEqual(properties._server.enum, ['https://eu.example.com/v2', 'https://us.example.com/v2']);
  assert.throws(() => requestOf(tool, { _server: 'https://evil.example' }), FaultError);
});

test('a base URL replaces every server, whole', async () => {
  const paths = { '/x': { get: { servers: [{ url: 'https://uploads.example.com/deep' }] } } };
  const { tools, origins, baseUrl } = await index(api(paths), { baseUrl: 'http://localhost:9/base/' });
  assert.equal(requestOf(tools[0]!.tool, {}).url, 'http://localhost:9/base/x');
  assert.equal(requestOf(tools[0]!.tool, {}, { baseUrl: 'https://proxy.example/p' }).url, 'https://proxy.example/p/x');
  assert.deepEqual([origins, baseUrl], [['http://localhost:9'], 'http://localhost:9/base/']);
});

test('without any address the document indexes with a warning, and a call says what to do', async () => {
  const { tools, warnings } = await index(api({ '/x': { get: {} } }, { servers: [{ url: '/v1' }] }));
  assert.match(warnings.join(), /base URL/);
  assert.throws(() => requestOf(tools[0]!.tool, {}), /base URL/);
  assert.equal(requestOf(tools[0]!.tool, {}, { baseUrl: 'https://a.example' }).url, 'https://a.example/x');
});

test('a query or fragment in the path template is no part of the path', async () => {
  const parameters = [{ name: 'a', in: 'query', schema: {} }];
  assert.equal(
    requestOf(await toolOf('get /x?Action=List#frag', { parameters }), { a: 1 }).url,
    'https://api.example.com/v1/x?Action=List&a=1',
  );
});

test('a parameter that is twice in the path is filled in twice', async () => {
  assert.equal(requestOf(await toolOf('get /{t}/x/{t}', {}), { t: 'a' }).url, 'https://api.example.com/v1/a/x/a');
});

test('dot segments, line breaks and forbidden headers are invalid arguments', async () => {
  const tool = await toolOf('get /x/{a}/y', {
    parameters: [
      { name: 'h', in: 'header', schema: {} },
      { name: 'c', in: 'cookie', schema: {} },
    ],
  });
  const refused = (input: Record<string, unknown>): void =>
    assert.throws(
      () => requestOf(tool, { a: 'ok', ...input }),
      (e: unknown) => e instanceof FaultError && e.code === 'invalid_arguments',
      JSON.stringify(input),
    );
  for (const a of ['.', '..', 'b/../c', '..\\c', '%2e%2e', '%252e.', '..%2fc', '', 'a\r\nb', ['..']]) refused({ a });
  for (const h of ['a\r\nX: y', 'a\nb', 'a\0', '日本']) refused({ h });
  refused({ c: 'a\r\nb' });
  for (const a of ['.hidden', 'a..b', '...', 'v1.2']) requestOf(tool, { a });
  const forged = { ...tool, binding: { ...tool.binding, parameters: [{ name: 'Host', in: 'header' }] } };
  assert.throws(() => requestOf(forged, { Host: 'evil' }), FaultError);
});
