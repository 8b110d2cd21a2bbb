import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { request as send } from 'undici';
import { FaultError } from '../../../../machines/schema/fault.ts';
import type { Tool } from '../../../../machines/schema/tool.ts';
import { requestOf, toolOf } from './document.ts';

type Json = Record<string, unknown>;

interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let baseUrl: string;
let received: Received;

before(async () => {
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', chunk => chunks.push(chunk));
    req.on('end', () => {
      received = { method: req.method!, url: req.url!, headers: req.headers, body: Buffer.concat(chunks).toString('latin1') };
      res.end('{}');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => server.close());

/** What reaches the wire. */
async function sent(tool: Tool, input: Json): Promise<Received> {
  const { method, url, headers, body } = requestOf(tool, input, { baseUrl });
  const answer = await send(url, { method: method as 'POST', headers: { ...headers }, body: body ?? null });
  await answer.body.dump();
  return received;
}

const withBody = (content: Json, required = true): Promise<Tool> => toolOf('post /x', { requestBody: { required, content } });

const text = { type: 'string' };
const binary = { type: 'string', format: 'binary' };

test('a JSON body is sent as JSON, under the declared media type', async () => {
  const schema = { type: 'object', properties: { a: {} } };
  assert.equal(
    (await sent(await withBody({ 'application/vnd.api+json; version=2': { schema } }), { a: 'é' })).headers['content-type'],
    'application/vnd.api+json; version=2',
  );
  assert.equal(received.body, Buffer.from('{"a":"é"}').toString('latin1'));
});

test('a required object body of which nothing was given is an empty object', async () => {
  await sent(await withBody({ 'application/json': { schema: { type: 'object', properties: { a: {} } } } }), {});
  assert.equal(received.body, '{}');
});

test('a form is urlencoded field by field: lists repeat, objects nest where the encoding says deepObject, else they are JSON', async () => {
  const properties = {
    name: text,
    tags: { type: 'array', items: text },
    meta: { type: 'object' },
    items: { type: 'array' },
    odd: { type: 'object' },
  };
  const encoding = { meta: { style: 'deepObject', explode: true }, items: { style: 'deepObject', explode: true } };
  const tool = await withBody({ 'application/x-www-form-urlencoded': { schema: { type: 'object', properties }, encoding } });
  await sent(tool, { name: 'a b&c', tags: ['x', 'y'], meta: { k: { v: 1 } }, items: [{ price: 'p', quantity: 2 }], odd: { a: 1 } });
  assert.equal(received.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(
    received.body,
    'name=a+b%26c&tags=x&tags=y&meta%5Bk%5D%5Bv%5D=1&items%5B0%5D%5Bprice%5D=p&items%5B0%5D%5Bquantity%5D=2&odd=%7B%22a%22%3A1%7D',
  );
});

test('multipart carries files with name and type, fields as text, objects as JSON, lists as several parts', async () => {
  const properties = {
    file: binary,
    note: text,
    attributes: { type: 'object' },
    tags: { type: 'array', items: text },
    page: { type: 'string' },
  };
  const encoding = { page: { contentType: 'text/html' } };
  const tool = await withBody({ 'multipart/form-data': { schema: { type: 'object', required: ['file'], properties }, encoding } });
  const file = { base64: 'AP8=', filename: 'a"b.bin', contentType: 'image/png' };
  await sent(tool, { file, note: 'hi', attributes: { a: 1 }, tags: ['x', 'y'], page: '<p>' });
  const boundary = /boundary=(.+)/.exec(received.headers['content-type']!)![1]!;
  const part = (head: string, body: string): string => `--${boundary}\r\n${head}\r\n\r\n${body}\r\n`;
  const name = (field: string): string => `Content-Disposition: form-data; name="${field}"`;
  assert.equal(
    received.body,
    [
      part(`${name('file')}; filename="a%22b.bin"\r\nContent-Type: image/png`, '\x00\xff'),
      part(name('note'), 'hi'),
      part(`${name('attributes')}\r\nContent-Type: application/json`, '{"a":1}'),
      part(name('tags'), 'x'),
      part(name('tags'), 'y'),
      part(`${name('page')}\r\nContent-Type: text/html`, '<p>'),
      `--${boundary}--\r\n`,
    ].join(''),
  );
});

test('a file may be plain text or a data URL', async () => {
  const tool = await withBody({ 'multipart/form-data': { schema: { type: 'object', properties: { f: binary } } } });
  await sent(tool, { f: 'plain' });
  assert.match(received.body, /name="f"; filename="f"\r\nContent-Type: text\/plain; charset=utf-8\r\n\r\nplain\r\n/);
  await sent(tool, { f: 'data:image/gif;base64,R0lG' });
  assert.match(received.body, /Content-Type: image\/gif\r\n\r\nGIF\r\n/);
});

test('bytes, text and XML are one argument, sent as they are', async () => {
  await sent(await withBody({ 'application/octet-stream': { schema: binary } }), { body: { base64: 'AAH/' } });
  assert.equal(received.body, '\x00\x01\xff');
  await sent(await withBody({ 'text/plain': { schema: text } }), { body: 'two\nlines' });
  assert.deepEqual([received.headers['content-type'], received.body], ['text/plain', 'two\nlines']);
  await sent(await withBody({ 'application/xml': { schema: { type: 'object', properties: { a: text } } } }), { body: '<a/>' });
  assert.deepEqual([received.headers['content-type'], received.body], ['application/xml', '<a/>']);
});

test('merge-patch is preferred to JSON Patch, and _contentType chooses', async () => {
  const tool = await withBody({
    'application/json-patch+json': { schema: { type: 'array' } },
    'application/merge-patch+json': { schema: { type: 'object', additionalProperties: true } },
  });
  await sent(tool, { body: { a: null } });
  assert.deepEqual([received.headers['content-type'], received.body], ['application/merge-patch+json', '{"a":null}']);
  await sent(tool, { body: [{ op: 'remove', path: '/a' }], _contentType: 'application/json-patch+json' });
  assert.equal(received.headers['content-type'], 'application/json-patch+json');
  assert.throws(
    () => requestOf(tool, { body: {}, _contentType: 'text/html' }),
    (e: unknown) => e instanceof FaultError && e.code === 'invalid_arguments',
  );
});

test('the same fields go as a form when the caller asks for one', async () => {
  const schema = { type: 'object', properties: { a: text } };
  const tool = await withBody({ 'application/x-www-form-urlencoded': { schema }, 'application/json': { schema } });
  await sent(tool, { a: 'x y' });
  assert.equal(received.body, '{"a":"x y"}');
  await sent(tool, { a: 'x y', _contentType: 'application/x-www-form-urlencoded' });
  assert.equal(received.body, 'a=x+y');
});

test('a media range takes the type of the file, or the one asked for', async () => {
  const tool = await withBody({ 'image/*': { schema: binary } });
  await sent(tool, { body: { base64: 'AA==', contentType: 'image/png' } });
  assert.equal(received.headers['content-type'], 'image/png');
  await sent(tool, { body: { base64: 'AA==' }, _contentType: 'image/webp' });
  assert.equal(received.headers['content-type'], 'image/webp');
});

test('newline-delimited JSON is a list of items', async () => {
  await sent(await withBody({ 'application/x-ndjson': { schema: {} } }), { body: [{ a: 1 }, { b: 2 }] });
  assert.equal(received.body, '{"a":1}\n{"b":2}\n');
});

test('Swagger 2.0 form fields and files are a body', async () => {
  const parameters = [
    { name: 'f', in: 'formData', type: 'file', required: true },
    { name: 'n', in: 'formData', type: 'integer' },
  ];
  const tool = await toolOf('post /x', { parameters }, { openapi: undefined, swagger: '2.0', host: 'h.example' });
  await sent(tool, { f: 'text', n: 3 });
  assert.match(received.headers['content-type']!, /^multipart\/form-data; boundary=/);
  assert.match(received.body, /name="n"\r\n\r\n3\r\n/);
});
