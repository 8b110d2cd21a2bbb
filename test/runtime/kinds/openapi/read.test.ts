import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../../runtime/kinds/kind.ts';
import { openapi } from '../../../../runtime/kinds/openapi/openapi.ts';
import { STREAM_LIMIT } from '../../../../runtime/kinds/read-response.ts';
import { toolOf } from './document.ts';

const tool = await toolOf('get /x', { responses: { 200: { content: { 'application/json': { schema: { type: 'integer' } } } } } });

const read = (type: string, body: string | Uint8Array, status = 200, truncated = false): Reading =>
  openapi.read(tool, { status, headers: type === '' ? {} : { 'content-type': type }, body: Buffer.from(body), truncated });

test('JSON is data, whatever the description promised', () => {
  assert.deepEqual(read('application/json; charset=utf-8', '{"a":null}').data, { a: null });
  assert.deepEqual(read('application/problem+json', '[1]').data, [1]);
  assert.deepEqual(read('text/html', ' {"a":1}').data, { a: 1 });
  assert.deepEqual(read('', '{"a":1}').data, { a: 1 });
});

test('what claims to be JSON and is not is given as text', () => {
  assert.equal(read('application/json', 'oops').data, 'oops');
});

test('what was cut at the response cap says so, of whatever type it is', () => {
  assert.deepEqual(read('application/json', '{"a":', 200, true).data, { truncated: true, bytes: 5, text: '{"a":' });
  assert.deepEqual(
    read('application/json', '12', 200, true).data,
    { truncated: true, bytes: 2, text: '12' },
    'a cut number is another number',
  );
  assert.deepEqual(read('text/plain', Buffer.from('aé').subarray(0, 2), 200, true).data, { truncated: true, bytes: 2, text: 'a' });
  assert.deepEqual(read('application/x-ndjson', '1\n2\n{"a', 200, true).data, [1, 2, { truncated: true, text: '{"a' }]);
  assert.deepEqual(read('text/event-stream', 'data: 1\n\ndata: 23', 200, true).data, [1, { truncated: true, text: 'data: 23' }]);
  assert.deepEqual(read('image/png', Buffer.from([0]), 200, true).data, {
    contentType: 'image/png',
    bytes: 1,
    truncated: true,
    base64: 'AA==',
  });
});

test('an empty answer is no data', () => {
  assert.deepEqual(read('application/json', '', 204), { http: { status: 204, headers: { 'content-type': 'application/json' } } });
});

test('text is text, in its charset', () => {
  assert.equal(read('text/plain; charset=iso-8859-1', Buffer.from([0xe9])).data, 'é');
  assert.equal(read('application/xml', '<a/>').data, '<a/>');
});

test('streams of JSON lines and of events are lists, up to a limit', () => {
  assert.deepEqual(read('application/x-ndjson', '{"a":1}\n\n{"a":2}\n').data, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(read('text/event-stream', 'data: {"a":1}\n\n: note\n\nevent: done\ndata: x\ndata: y\n\n').data, [
    { a: 1 },
    { event: 'done', data: 'x\ny' },
  ]);
  const long = read('application/jsonl', '1\n'.repeat(STREAM_LIMIT + 5)).data as unknown[];
  assert.equal(long.length, STREAM_LIMIT + 1);
  assert.deepEqual(long.at(-1), { truncated: true, omitted: 5 });
});

test('binary answers come as base64 with their type and size', () => {
  assert.deepEqual(read('image/png', Buffer.from([0, 255])).data, { contentType: 'image/png', base64: 'AP8=', bytes: 2 });
});

test('a failure of the upstream is data: its status and its body, and its own words in the message', () => {
  const { error, data, http } = read('application/json', '{"message":"Not Found"}', 404);
  assert.deepEqual(error, {
    code: 'upstream_http_error',
    message: 'The API answered 404: Not Found',
    details: { status: 404, body: { message: 'Not Found' } },
  });
  assert.equal(data, undefined);
  assert.equal(http?.status, 404);
  assert.equal(read('text/html', '<h1>Bad</h1>', 502).error?.message, 'The API answered 502.');
});

test('a failure with a large body says its beginning and its size, and the whole is its data', () => {
  const text = JSON.stringify({ message: 'too much', trace: 'x'.repeat(100_000) });
  const { error, data } = read('application/json', text, 500);
  assert.equal(error?.message, 'The API answered 500: too much');
  assert.deepEqual(error?.details, { status: 500, body: { truncated: true, bytes: text.length, preview: text.slice(0, 2048) } });
  assert.deepEqual(data, JSON.parse(text));
});
