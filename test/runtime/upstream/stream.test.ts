import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { failure, openUpstream, post, serve } from './loopback.ts';

const MIB = 1024 * 1024;
const open = { allowPrivate: true, headersTimeoutMs: 10_000, maxBytes: 8 * MIB };

/** So many mebibytes, one at a time and as fast as they are taken. */
async function pour(res: ServerResponse, mebibytes: number): Promise<void> {
  const chunk = Buffer.alloc(MIB, ' ');
  for (let n = 0; n < mebibytes && !res.destroyed; n++) {
    if (!res.write(chunk)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}

test('an answer that comes in pieces is read as fast as it comes, and leaves the process free for others', async t => {
  const server = await serve(t, (req, res) => {
    const mebibytes = Number(req.url?.slice(1));
    res.writeHead(200, { 'content-type': 'application/json' });
    void pour(res, mebibytes);
  });
  const upstream = openUpstream(t);
  // A reader that is always waiting is what once kept it going round without reading.
  const { body } = await upstream.open(post(`${server.origin}/6`), open);
  assert.equal((await new Response(body as never).arrayBuffer()).byteLength, 6 * MIB);
  assert.equal(server.connections, 1);
});

test('an answer beyond the limit is an error of its body, and the connection ends', async t => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>(resolve => {
    closed = resolve;
  });
  const server = await serve(t, (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.on('close', () => closed?.());
    void pour(res, 2_048);
  });
  const { body } = await openUpstream(t).open(post(server.origin), open);
  const fault = await failure(new Response(body as never).text());
  assert.deepEqual([fault.code, fault.details?.sent], ['body_too_large', true]);
  await gone;
});
