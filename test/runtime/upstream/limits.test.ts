import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { failure, get, open, openUpstream, post, serve, serveRaw, text } from './loopback.ts';

const MiB = 1024 * 1024;

test('a body of exactly the limit passes and one byte more does not', async t => {
  const server = await serve(t, (req, res) => res.end('x'.repeat(Number(req.url?.slice(1)))));
  const upstream = openUpstream(t);
  const limited = { ...open, maxBytes: 1000 };
  assert.equal((await upstream.send(get(`${server.origin}/1000`), limited)).body.length, 1000);
  const fault = await failure(upstream.send(get(`${server.origin}/1001`), limited));
  assert.deepEqual([fault.code, fault.details?.sent], ['body_too_large', true]);
  const cut = await upstream.send(get(`${server.origin}/1001`), { ...limited, onOverflow: 'truncate' });
  assert.deepEqual([cut.body.length, cut.truncated, cut.status], [1000, true, 200]);
});

test('a reply of 2 GB costs no more memory than its limit, cut or refused', async t => {
  let written = 0;
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const pour = (res: ServerResponse): void => {
    while (!res.destroyed && written < 2048 * MiB) {
      written += chunk.length;
      if (!res.write(chunk)) {
        res.once('drain', () => pour(res));
        return;
      }
    }
  };
  const server = await serve(t, (_req, res) => pour(res));
  const upstream = openUpstream(t);
  const before = process.memoryUsage().rss;
  for (const onOverflow of ['truncate', 'fail'] as const) {
    written = 0;
    const attempt = upstream.send(get(server.origin), { ...open, maxBytes: 4 * MiB, onOverflow });
    if (onOverflow === 'truncate') assert.equal((await attempt).body.length, 4 * MiB);
    else assert.equal((await failure(attempt)).code, 'body_too_large');
    assert.ok(written < 64 * MiB, `the server could write ${written} bytes`);
  }
  assert.ok(process.memoryUsage().rss - before < 96 * MiB);
});

test('a declared length beyond the limit is refused before the body', async t => {
  const server = await serveRaw(t, socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2147483648\r\n\r\n'));
  assert.equal((await failure(openUpstream(t).send(get(server.origin), open))).code, 'body_too_large');
});

test('a compressed bomb is counted as it unfolds', async t => {
  const bombs: Record<string, Buffer> = {
    gzip: zlib.gzipSync(Buffer.alloc(64 * MiB)),
    deflate: zlib.deflateSync(Buffer.alloc(64 * MiB)),
    br: zlib.brotliCompressSync(Buffer.alloc(64 * MiB), { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
  };
  bombs['gzip, gzip'] = zlib.gzipSync(bombs.gzip ?? '');
  const server = await serve(t, (req, res) => {
    const encoding = decodeURIComponent(req.url?.slice(1) ?? '');
    res.writeHead(200, { 'content-encoding': encoding }).end(bombs[encoding]);
  });
  const upstream = openUpstream(t);
  for (const encoding of Object.keys(bombs)) {
    const url = `${server.origin}/${encodeURIComponent(encoding)}`;
    assert.equal((await failure(upstream.send(get(url), open))).code, 'body_too_large', encoding);
    const cut = await upstream.send(get(url), { ...open, onOverflow: 'truncate' });
    assert.deepEqual([cut.body.length, cut.truncated], [MiB, true], encoding);
  }
});

test('a small bomb in a small limit does not pass by its compressed size', async t => {
  const server = await serve(t, (_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync('a'.repeat(5000))));
  assert.equal((await failure(openUpstream(t).send(get(server.origin), { ...open, maxBytes: 4999 }))).code, 'body_too_large');
});

test('a large compressed body within its limit is read whole, with the socket held back while the decoder works', async t => {
  const plain = Buffer.alloc(24 * MiB, 'abcdefghijklmnopqrstuvwxyz0123456789');
  const packed = zlib.gzipSync(plain, { level: 0 });
  const server = await serve(t, (_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
  const received = await openUpstream(t).send(get(server.origin), { ...open, maxBytes: 32 * MiB });
  assert.ok(plain.equals(received.body));
});

test('a damaged or cut compressed body is a lost answer, not half a document', async t => {
  const packed = zlib.gzipSync('a long story '.repeat(1000));
  const server = await serve(t, (req, res) => {
    const body = req.url === '/cut' ? packed.subarray(0, packed.length - 20) : Buffer.from('this is no gzip');
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
  });
  const upstream = openUpstream(t);
  for (const path of ['/cut', '/none']) {
    const fault = await failure(upstream.send(post(server.origin + path), open));
    assert.deepEqual([fault.code, fault.details?.sent], ['upstream_unreachable', true], path);
    assert.match(fault.message, /damaged compressed body/);
  }
});

test('a bomb of headers is cut off', async t => {
  const server = await serveRaw(t, socket => {
    socket.write(`HTTP/1.1 200 OK\r\n${Array.from({ length: 3000 }, (_, n) => `x-filler-${n}: ${'y'.repeat(60)}\r\n`).join('')}\r\n`);
  });
  const fault = await failure(openUpstream(t).send(get(server.origin), open));
  assert.deepEqual([fault.code, fault.details?.sent], ['upstream_unreachable', true]);
  assert.match(fault.message, /more headers than are accepted/);
});

test('a body shorter than its declared length is a lost answer', async t => {
  const server = await serveRaw(t, socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this'));
  const fault = await failure(openUpstream(t).send(post(server.origin), open));
  assert.deepEqual([fault.code, fault.details?.sent], ['upstream_unreachable', true]);
});

test('bytes beyond the declared length never reach the body, nor the next answer', async t => {
  const server = await serveRaw(t, socket =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'),
  );
  const upstream = openUpstream(t);
  assert.equal(text(await upstream.send(get(server.origin), open)), 'good');
  assert.equal(text(await upstream.send(get(server.origin), open)), 'good');
});
