import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import zlib from 'node:zlib';
import type { Resolve } from '../../../runtime/upstream/gate.ts';
import { failure, get, open, openUpstream, post, serve, strict, text } from './loopback.ts';

const home: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];

test('a request arrives as it was made, and its answer comes back whole', async t => {
  const server = await serve(t, (_req, res) => {
    res.writeHead(201, { 'X-Note': 'a', 'Set-Cookie': ['b=1', 'c=2'], 'content-type': 'application/json' });
    res.end('{"made":true}');
  });
  const received = await openUpstream(t).send(post(`${server.origin}/books?sort=asc#top`, '{"title":"Ulysses"}'), open);
  assert.equal(received.status, 201);
  assert.equal(text(received), '{"made":true}');
  assert.equal(received.truncated, false);
  assert.equal(received.url, `${server.origin}/books?sort=asc`);
  assert.equal(received.headers['x-note'], 'a');
  assert.equal(received.headers['set-cookie'], 'b=1, c=2');
  const [request] = server.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, '/books?sort=asc');
  assert.equal(request?.body, '{"title":"Ulysses"}');
  assert.equal(request?.headers['user-agent'], 'executor-test');
  assert.equal(request?.headers['content-length'], '19');
});

test('an error status is an answer, not a failure', async t => {
  const server = await serve(t, (_req, res) => res.writeHead(503).end('later'));
  const received = await openUpstream(t).send(get(server.origin), open);
  assert.deepEqual([received.status, text(received)], [503, 'later']);
});

test('bytes, empty bodies, HEAD and 204 are sent and read as they are', async t => {
  const server = await serve(t, (req, res) => {
    if (req.method === 'HEAD') res.writeHead(200, { 'content-length': '99999999', 'content-encoding': 'gzip' }).end();
    else res.writeHead(204, { 'content-encoding': 'gzip' }).end();
  });
  const upstream = openUpstream(t);
  const head = await upstream.send({ method: 'head', url: server.origin, headers: {} }, open);
  assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, '99999999']);
  const put = await upstream.send({ method: 'PUT', url: server.origin, headers: {}, body: new Uint8Array([104, 105]) }, open);
  assert.deepEqual([put.status, put.body.length], [204, 0]);
  assert.equal(server.requests[1]?.body, 'hi');
});

test('gzip, deflate in both forms, br and chains of them are undone; other codings are left as they are', async t => {
  const plain = 'many words, '.repeat(20_000);
  const bodies: Record<string, [string, Buffer]> = {
    '/gzip': ['gzip', zlib.gzipSync(plain)],
    '/xgzip': ['X-GZIP', zlib.gzipSync(plain)],
    '/deflate': ['deflate', zlib.deflateSync(plain)],
    '/raw': ['deflate', zlib.deflateRawSync(plain)],
    '/br': ['br', zlib.brotliCompressSync(plain)],
    '/chain': ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(plain))],
    '/identity': ['identity', Buffer.from(plain)],
  };
  const server = await serve(t, (req, res) => {
    const [encoding, body] = bodies[req.url ?? ''] ?? ['zstd', Buffer.from('as is')];
    res.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length }).end(body);
  });
  const upstream = openUpstream(t);
  for (const path of Object.keys(bodies)) assert.equal(text(await upstream.send(get(server.origin + path), open)), plain, path);
  assert.equal((await upstream.send(get(`${server.origin}/gzip`), open)).headers['content-encoding'], undefined);
  const other = await upstream.send(get(`${server.origin}/other`), open);
  assert.deepEqual([text(other), other.headers['content-encoding']], ['as is', 'zstd']);
});

test('a connection is kept for the next request', async t => {
  const server = await serve(t);
  const upstream = openUpstream(t);
  for (let n = 0; n < 5; n++) {
    await upstream.send(get(server.origin), open);
    await turn(); // undici gives a socket back one turn of the loop after its answer
  }
  assert.equal(server.connections, 1);
});

test('a credential goes to its origins and to no other', async t => {
  const mine = await serve(t);
  const other = await serve(t);
  const upstream = openUpstream(t);
  const credentials = { origins: [mine.origin], headers: { Authorization: 'Bearer s3cret-value' } };
  await upstream.send(get(mine.origin, { authorization: 'Bearer from-the-caller' }), { ...open, credentials });
  await upstream.send(get(other.origin), { ...open, credentials });
  await upstream.send(get(mine.origin), open);
  assert.equal(mine.requests[0]?.headers.authorization, 'Bearer s3cret-value');
  assert.equal(other.requests[0]?.headers.authorization, undefined);
  assert.equal(mine.requests[1]?.headers.authorization, undefined);
});

test('headers of the connection, line breaks and half addresses are refused before anything leaves', async t => {
  const server = await serve(t);
  const upstream = openUpstream(t);
  for (const name of ['Host', 'Connection', 'Content-Length', 'Transfer-Encoding', 'Upgrade', 'TE', 'Proxy-Authorization', 'Expect']) {
    const fault = await failure(upstream.send(get(server.origin, { [name]: 'x' }), open));
    assert.deepEqual([fault.code, fault.details?.header], ['invalid_arguments', name.toLowerCase()]);
  }
  for (const request of [get(server.origin, { 'x-a': 'b\r\nx-c: d' }), get(server.origin, { 'x a': 'b' }), get('/relative'), get('')]) {
    const fault = await failure(upstream.send(request, open));
    assert.deepEqual([fault.code, fault.details?.sent], ['invalid_arguments', false]);
  }
  assert.equal(server.connections, 0);
});

test('an open connection of a source that may reach private addresses serves no source that may not', async t => {
  const server = await serve(t);
  const upstream = openUpstream(t, { resolve: home });
  const url = `http://intranet.test:${server.port}/`;
  assert.equal((await upstream.send(get(url), open)).status, 200);
  const fault = await failure(upstream.send(get(url), strict));
  assert.equal(fault.code, 'egress_refused');
  assert.match(fault.message, /intranet\.test \(127\.0\.0\.1\) is not a public address.*--allow-private/);
  assert.equal(fault.details?.sent, false);
  assert.equal(server.requests.length, 1);
});

test('the option for everybody opens private addresses, but never a metadata service', async t => {
  const server = await serve(t);
  const upstream = openUpstream(t, { allowPrivate: true, resolve: async () => [{ address: '169.254.169.254', family: 4 }] });
  assert.equal((await upstream.send(get(server.origin), strict)).status, 200);
  assert.equal((await failure(upstream.send(get('http://innocent.test/'), strict))).details?.reason, 'metadata');
});

test('the socket goes to the address that was checked: one resolution for each connection, and none behind it', async t => {
  const server = await serve(t);
  const canary = await serve(t);
  const answers = ['127.0.0.1', '169.254.169.254'];
  let asked = 0;
  const upstream = openUpstream(t, { resolve: async () => [{ address: answers[asked++] ?? '', family: 4 }] });
  const url = `http://rebind.test:${server.port}/`;
  assert.equal((await upstream.send(get(url), open)).status, 200);
  await turn();
  assert.equal((await upstream.send(get(url), open)).status, 200);
  assert.equal(asked, 1);
  const fault = await failure(upstream.send(get(`http://rebind.test:${canary.port}/`), open));
  assert.deepEqual([fault.code, asked, canary.connections], ['egress_refused', 2, 0]);
});

test('nothing that is refused opens a connection to the canary', async t => {
  const canary = await serve(t);
  const upstream = openUpstream(t, {
    resolve: async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
  });
  for (const host of ['127.0.0.1', 'localhost', 'mixed.test', '[::ffff:127.0.0.1]', '0x7f000001', '127.1']) {
    assert.equal((await failure(upstream.send(get(`http://${host}:${canary.port}/`), strict))).code, 'egress_refused', host);
  }
  assert.equal(canary.connections, 0);
});
