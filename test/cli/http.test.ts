import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { request } from '../../cli/http.ts';

/** A server that says which of its connections a request came on, counted from 1. */
async function openCounting(t: TestContext, answer: (req: IncomingMessage, res: ServerResponse, connection: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((req, res) => answer(req, res, sockets.indexOf(req.socket) + 1));
  server.on('connection', socket => sockets.push(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const tell = (_: IncomingMessage, res: ServerResponse, connection: number) => res.end(JSON.stringify(connection));

test('a request that may be sent twice goes over the connection of the one before', async t => {
  const url = await openCounting(t, tell);
  assert.equal((await request(url, { path: '/' })).body, 1);
  assert.equal((await request(url, { path: '/' })).body, 1);
  assert.equal((await request(url, { method: 'POST', path: '/', body: {}, headers: { 'idempotency-key': 'k' } })).body, 1);
});

test('one that may not gets a connection of its own', async t => {
  const url = await openCounting(t, tell);
  assert.equal((await request(url, { path: '/' })).body, 1);
  assert.equal((await request(url, { method: 'POST', path: '/', body: {} })).body, 2);
  assert.equal((await request(url, { method: 'DELETE', path: '/' })).body, 3);
});

test('a connection that was closed meanwhile costs no request', async t => {
  let asked = 0;
  const url = await openCounting(t, (req, res, connection) => {
    asked += 1;
    if (asked === 2) req.socket.resetAndDestroy();
    else tell(req, res, connection);
  });
  assert.equal((await request(url, { path: '/' })).body, 1);
  assert.equal((await request(url, { path: '/' })).body, 2);
  assert.equal(asked, 3);
});

test('a first connection that is cut is not tried again', async t => {
  let asked = 0;
  const url = await openCounting(t, req => {
    asked += 1;
    req.socket.resetAndDestroy();
  });
  await assert.rejects(request(url, { path: '/' }), /does not answer: ECONNRESET/);
  assert.equal(asked, 1);
});
