import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { serve } from '../../../../transports/serve.ts';
import { openApi } from '../../../api.ts';
import { recordUpstream } from '../../../upstream-recorder.ts';
import { api } from './document.ts';

const CAP = 32 * 1024 * 1024;
const bytesOf = (length: number): Buffer => Buffer.alloc(length, Buffer.from([0, 255, 1, 254]));
const picture = (operationId: string) => ({
  get: { operationId, responses: { 200: { description: 'OK', content: { 'image/png': {} } } } },
});

const upstream = await recordUpstream({ after }, ({ path }, res) => {
  const length = { '/small': 4, '/large': 300_000, '/huge': CAP + 10 }[path] ?? 0;
  res.writeHead(200, { 'content-type': 'image/png' }).end(bytesOf(length));
});
const dataDir = mkdtempSync(join(tmpdir(), 'executor-binary-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));
const open = () => serve({ dataDir, host: '127.0.0.1', port: 0, ui: false });

let serving = await open();
after(() => serving.close());
const owner = () => openApi(serving.url, serving.token);
const spec = api({ '/small': picture('small'), '/large': picture('large'), '/huge': picture('huge') });
await owner().post('/api/sources', { spec, namespace: 'pics', baseUrl: upstream.origin, allowPrivate: true });
await owner().get('/api/sources/pics?wait=60');

const pathOf = async (name: string): Promise<string> => {
  const { body } = await owner().get('/api/tools?source=pics');
  return body.items.map(({ path }: { path: string }) => path).find((path: string) => path.endsWith(`.${name}`));
};

test('a small binary answer stands whole in the view', async () => {
  const { body } = await owner().invoke(await pathOf('small'));
  const whole = { contentType: 'image/png', bytes: 4, file: `/api/executions/${body.executionId}/file`, base64: 'AP8B/g==' };
  assert.deepEqual(body.data, whole);
  assert.deepEqual((await owner().get(`/api/executions/${body.executionId}`)).body.result, whole);
});

test('a large one is stored: the view says what it is and where the whole is, and it is there after a restart', async () => {
  const { body } = await owner().invoke(await pathOf('large'));
  assert.equal(body.data.base64, bytesOf(300_000).toString('base64'));
  const { result } = (await owner().get(`/api/executions/${body.executionId}`)).body;
  assert.equal(result.truncated, true);
  assert.match(result.preview, /^\{"contentType":"image\/png","bytes":300000,"file":"[^"]*\/file","base64":"AP8B/);
  assert.match(result.page, new RegExp(`${body.executionId}/result`));
  await serving.close();
  serving = await open();
  const stored = (await owner().get(`/api/executions/${body.executionId}/result`)).body;
  assert.deepEqual(Buffer.from(stored.base64, 'base64'), bytesOf(300_000));
  const range = { headers: { range: 'bytes=0-50' } };
  const { status, text } = await owner().get(`/api/executions/${body.executionId}/result`, range);
  assert.equal(status, 206);
  assert.equal(text, JSON.stringify(body.data).slice(0, 51));
});

test('one over the response cap says that it was cut, in the data and in the preview', async () => {
  const { body } = await owner().invoke(await pathOf('huge'));
  const file = `/api/executions/${body.executionId}/file`;
  assert.deepEqual({ ...body.data, base64: '' }, { contentType: 'image/png', bytes: CAP, truncated: true, file, base64: '' });
  assert.equal(Buffer.from(body.data.base64, 'base64').length, CAP);
  const { result } = (await owner().get(`/api/executions/${body.executionId}`)).body;
  assert.match(result.preview, /^\{"contentType":"image\/png","bytes":33554432,"truncated":true,/);
});

test('the reference of a binary answer leads to its bytes, in ranges too, and never to a page', async () => {
  const { body } = await owner().invoke(await pathOf('large'));
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(serving.url + path, { headers: { authorization: `Bearer ${serving.token}`, ...headers } });
  const whole = await get(body.data.file);
  assert.equal(whole.headers.get('content-type'), 'image/png');
  assert.equal(whole.headers.get('content-disposition'), 'attachment');
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytesOf(300_000));
  const part = await get(body.data.file, { range: 'bytes=1-3' });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), Buffer.from([255, 1, 254]));
  assert.equal((await fetch(serving.url + body.data.file)).status, 401);
});
