import assert from 'node:assert/strict';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { FaultError } from '../../../machines/schema/fault.ts';
import { failure, get, open, openUpstream, post, serve, serveRaw, text } from './loopback.ts';

function summary(fault: FaultError): [string, unknown] {
  return [fault.code, fault.details?.sent];
}

/** The port of a server that is gone. */
async function closedPort(t: TestContext): Promise<number> {
  const server = https.createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  t.diagnostic(`nobody listens on ${port}`);
  return port;
}

test('a refused connection and an unknown host say that nothing was sent', async t => {
  const port = await closedPort(t);
  const upstream = openUpstream(t, {
    resolve: async host => {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    },
  });
  assert.deepEqual(summary(await failure(upstream.send(post(`http://127.0.0.1:${port}/`), open))), ['upstream_unreachable', false]);
  const unknown = await failure(upstream.send(post('http://no-such-host.test/'), open));
  assert.deepEqual(summary(unknown), ['upstream_unreachable', false]);
  assert.match(unknown.message, /cannot be found/);
});

test('a certificate nobody signed and a port that speaks no TLS say that nothing was sent', async t => {
  let seen = 0;
  const server = https.createServer({ key: KEY, cert: CERTIFICATE }, (_req, res) => {
    seen++;
    res.end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  t.after(() => server.close());
  const upstream = openUpstream(t);
  const untrusted = await failure(upstream.send(post(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`), open));
  assert.deepEqual(summary(untrusted), ['upstream_unreachable', false]);
  assert.match(untrusted.message, /No secure connection/);
  const plain = await serve(t);
  assert.deepEqual(summary(await failure(upstream.send(post(`https://127.0.0.1:${plain.port}/`), open))), ['upstream_unreachable', false]);
  assert.deepEqual([seen, plain.requests.length], [0, 0]);
});

test('a socket dropped after the request says that it may have been carried out, and it is not sent again', async t => {
  let arrived = 0;
  const server = await serveRaw(t, socket => {
    arrived++;
    socket.destroy();
  });
  assert.deepEqual(summary(await failure(openUpstream(t).send(post(server.origin), open))), ['upstream_unreachable', true]);
  assert.equal(arrived, 1);
});

test('a socket reset in the middle of the body says so too', async t => {
  const server = await serveRaw(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', () => socket.resetAndDestroy());
  });
  assert.deepEqual(summary(await failure(openUpstream(t).send(post(server.origin), open))), ['upstream_unreachable', true]);
});

test('an answer that is not HTTP is a lost answer, and its bytes are not in the error', async t => {
  const server = await serveRaw(t, socket => socket.end('220 mail.test hunter2222 ESMTP\r\n'));
  const fault = await failure(openUpstream(t).send(post(server.origin), open));
  assert.deepEqual(summary(fault), ['upstream_unreachable', true]);
  assert.doesNotMatch(inspect(fault, { depth: 9 }), /hunter2222/);
});

test('a server that says nothing times out as sent', async t => {
  const server = await serveRaw(t, () => {});
  assert.deepEqual(summary(await failure(openUpstream(t).send(post(server.origin), { ...open, timeoutMs: 500 }))), [
    'upstream_timeout',
    true,
  ]);
});

test('the time to the headers has its own limit', async t => {
  const server = await serveRaw(t, () => {});
  const fault = await failure(openUpstream(t).send(post(server.origin), { ...open, headersTimeoutMs: 60 }));
  assert.deepEqual(summary(fault), ['upstream_timeout', true]);
  assert.match(fault.message, /took the request but sent no answer/);
});

test('a slow loris cannot stretch the total time by dripping', async t => {
  const server = await serveRaw(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
    socket.on('close', () => clearInterval(drip));
  });
  const started = performance.now();
  assert.deepEqual(summary(await failure(openUpstream(t).send(get(server.origin), { ...open, timeoutMs: 500 }))), [
    'upstream_timeout',
    true,
  ]);
  assert.ok(performance.now() - started < 2000);
});

test('the total time counts over all redirects', async t => {
  const server = await serve(t, (req, res) => {
    if (req.url === '/') res.writeHead(302, { location: '/silent' }).end();
  });
  assert.equal((await failure(openUpstream(t).send(get(`${server.origin}/`), { ...open, timeoutMs: 700 }))).code, 'upstream_timeout');
  assert.equal(server.requests.length, 2);
});

test('time that runs out while the name is looked up says that nothing was sent, and nothing is sent later', async t => {
  const server = await serve(t);
  let answer: () => void = () => {};
  const answered = new Promise<void>(resolve => {
    answer = resolve;
  });
  const upstream = openUpstream(t, { resolve: () => answered.then(() => [{ address: '127.0.0.1', family: 4 }]) });
  const url = `http://slow-dns.test:${server.port}/`;
  assert.deepEqual(summary(await failure(upstream.send(post(url), { ...open, timeoutMs: 60 }))), ['upstream_timeout', false]);
  const second = upstream.send(get(url), open); // stands in line behind the abandoned one
  answer();
  const received = await second;
  assert.equal(text(received), 'ok');
  assert.deepEqual(
    server.requests.map(request => request.method),
    ['GET'],
  );
});

test('a connection that is not made in time says that nothing was sent', async t => {
  const upstream = openUpstream(t, { connectTimeoutMs: 50, resolve: () => new Promise(() => {}) });
  assert.deepEqual(summary(await failure(upstream.send(post('http://never.test/'), open))), ['upstream_timeout', false]);
});

test('a signal cancels before, while waiting and while reading, and says what was sent', async t => {
  const upstream = openUpstream(t);
  const silent = await serve(t, () => {});
  assert.deepEqual(summary(await failure(upstream.send(post(silent.origin), { ...open, signal: AbortSignal.abort('no') }))), [
    'cancelled',
    false,
  ]);
  assert.equal(silent.connections, 0);
  const waiting = new AbortController();
  const server = await serve(t, (_req, res) => {
    res.write('some');
    waiting.abort(new Error('enough'));
  });
  const fault = await failure(upstream.send(post(server.origin), { ...open, signal: waiting.signal }));
  assert.deepEqual(summary(fault), ['cancelled', true]);
  assert.equal((fault.cause as Error).message, 'enough');
});

test('a signal that outlives its requests holds on to none of them', async t => {
  const server = await serve(t);
  const upstream = openUpstream(t);
  const { signal } = new AbortController();
  let held = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    held++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    held--;
    remove(...args);
  };
  for (let n = 0; n < 3; n++) await upstream.send(get(server.origin), { ...open, signal });
  assert.equal(held, 0);
});

test('closing ends what is under way, and later requests fail without being sent', async t => {
  const upstream = openUpstream(t);
  let taken: () => void = () => {};
  const arrived = new Promise<void>(resolve => (taken = resolve));
  const server = await serve(t, () => taken());
  const underWay = failure(upstream.send(post(server.origin), open));
  await arrived;
  await upstream.close();
  assert.deepEqual(summary(await underWay), ['upstream_unreachable', true]);
  assert.deepEqual(summary(await failure(upstream.send(post(server.origin), open))), ['upstream_unreachable', false]);
  assert.equal(server.requests.length, 1);
});

test('one hanging upstream does not hold up another', async t => {
  const hanging = await serve(t, () => {});
  const fine = await serve(t);
  const upstream = openUpstream(t);
  const stuck = Array.from({ length: 200 }, () => failure(upstream.send(get(hanging.origin), { ...open, timeoutMs: 800 })));
  assert.equal(text(await upstream.send(get(fine.origin), open)), 'ok');
  const faults = await Promise.all(stuck);
  assert.ok(faults.every(fault => fault.code === 'upstream_timeout'));
  assert.deepEqual([...new Set(faults.map(fault => fault.details?.sent))].sort(), [false, true]);
});

test('no failure shows a credential, a query or a path', async t => {
  const dropping = await serveRaw(t, socket => socket.destroy());
  const silent = await serveRaw(t, () => {});
  const nobody = await closedPort(t);
  const upstream = openUpstream(t);
  const credentials = {
    origins: [dropping.origin, silent.origin, `http://127.0.0.1:${nobody}`],
    headers: { authorization: 'Bearer s3cret-value' },
  };
  for (const origin of credentials.origins) {
    const fault = await failure(
      upstream.send(post(`${origin}/hook-s3cret-value?key=s3cret-value`), { ...open, timeoutMs: 60, credentials }),
    );
    assert.doesNotMatch(inspect(fault, { depth: 9 }), /s3cret-value/);
  }
  const broken = { origins: [silent.origin], headers: { authorization: 'Bearer s3cret-value\r\nx: y' } };
  const fault = await failure(upstream.send(get(silent.origin), { ...open, credentials: broken }));
  assert.equal(fault.code, 'invalid_arguments');
  assert.doesNotMatch(inspect(fault, { depth: 9 }), /s3cret-value/);
});

/** Self-signed for 127.0.0.1, made for this test and used nowhere else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5En3WDemlq0rbPfw
h+APn1C/O/DyFukifRz5/rFsif+hRANCAAThj60h/f0ArlyvdMcrgCcu7tD63B/H
84n1Ex+H6lMbMz9MY/V/4RWypa9qu6lLYMOtC+W7NrGFdSUc9U5ZVgAn
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUSPuPKeaJU38xJFkJaW4r4RDSoiswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzEzNDc1OFoYDzIxMjYxMDMw
MTM0NzU4WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAThj60h/f0ArlyvdMcrgCcu7tD63B/H84n1Ex+H6lMbMz9MY/V/4RWy
pa9qu6lLYMOtC+W7NrGFdSUc9U5ZVgAno2QwYjAdBgNVHQ4EFgQUDqIG8kTcQkRf
wn44T1m2idSWu6cwHwYDVR0jBBgwFoAUDqIG8kTcQkRfwn44T1m2idSWu6cwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IEznr6ruKpVS0ovwny0ZtyNHHvtSNovtkvAlppKRQRchAiEA7IGT6fQbr4pD8MNk
CwwjzbMhQlkL4R5fZ0MS0w3LwaY=
-----END CERTIFICATE-----`;
