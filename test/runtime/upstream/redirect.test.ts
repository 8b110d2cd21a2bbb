import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { headersToSend } from '../../../runtime/upstream/headers.ts';
import { type Hop, nextHop } from '../../../runtime/upstream/redirect.ts';
import { failure, get, type Loopback, open, openUpstream, post, serve, strict, text } from './loopback.ts';

const secret = 'Bearer s3cret-value';

/** A server that redirects `/go?status=…&to=…` and says "here" to the rest. */
function redirecting(t: Parameters<typeof serve>[0]): Promise<Loopback> {
  return serve(t, (req, res) => {
    const url = new URL(req.url ?? '', 'http://x');
    const to = url.searchParams.get('to');
    if (url.pathname === '/go' && to !== null) res.writeHead(Number(url.searchParams.get('status')), { location: to }).end('elsewhere');
    else res.end('here');
  });
}

function go(server: Loopback, status: number, to: string): string {
  return `${server.origin}/go?status=${status}&to=${encodeURIComponent(to)}`;
}

test('a read follows redirects of every kind, relative ones too, and says where it ended', async t => {
  const server = await redirecting(t);
  const upstream = openUpstream(t);
  for (const status of [301, 302, 303, 307, 308]) {
    await turn();
    const received = await upstream.send(get(go(server, status, '/there?x=1#part')), open);
    assert.deepEqual([received.status, text(received), received.url], [200, 'here', `${server.origin}/there?x=1`]);
  }
  assert.equal(server.connections, 1);
});

test('without following, a redirect is an answer', async t => {
  const server = await redirecting(t);
  const received = await openUpstream(t).send(get(go(server, 302, '/there')), { ...open, followRedirects: false });
  assert.deepEqual([received.status, received.headers.location, text(received)], [302, '/there', 'elsewhere']);
});

test('a 304 and a 3xx without a location are answers', async t => {
  const server = await serve(t, (req, res) => res.writeHead(Number(req.url?.slice(1))).end());
  const upstream = openUpstream(t);
  for (const status of [300, 302, 304]) assert.equal((await upstream.send(get(`${server.origin}/${status}`), open)).status, status);
});

test('five redirects are followed, a sixth is not', async t => {
  const server = await serve(t, (req, res) => {
    const left = Number(req.url?.slice(1));
    if (left > 0) res.writeHead(302, { location: `/${left - 1}` }).end();
    else res.end('done');
  });
  const upstream = openUpstream(t);
  assert.equal(text(await upstream.send(get(`${server.origin}/5`), open)), 'done');
  const fault = await failure(upstream.send(get(`${server.origin}/6`), open));
  assert.equal(fault.code, 'upstream_unreachable');
  assert.match(fault.message, /more than 5 times/);
});

test('credentials and headers of the caller stay behind at the border of an origin', async t => {
  const target = await serve(t);
  const server = await redirecting(t);
  const credentials = { origins: [server.origin], headers: { authorization: secret } };
  const headers = { 'x-api-key': 'also secret', cookie: 'a=b', accept: 'application/json', authorization: 'own' };
  await openUpstream(t).send(get(go(server, 302, `${target.origin}/x`), headers), { ...open, credentials });
  assert.equal(server.requests[0]?.headers.authorization, secret);
  const [arrived] = target.requests;
  assert.deepEqual(
    [arrived?.headers.authorization, arrived?.headers['x-api-key'], arrived?.headers.cookie],
    [undefined, undefined, undefined],
  );
  assert.equal(arrived?.headers.accept, 'application/json');
});

test('credentials stay with a redirect inside their origin, and are not given back after a detour', async t => {
  const server = await redirecting(t);
  const credentials = { origins: [server.origin], headers: { authorization: secret } };
  const upstream = openUpstream(t);
  await upstream.send(get(go(server, 307, '/there')), { ...open, credentials });
  assert.equal(server.requests[1]?.headers.authorization, secret);
  const other = await redirecting(t);
  await upstream.send(get(go(other, 302, `${server.origin}/there`)), open);
  assert.equal(server.requests[2]?.headers.authorization, undefined);
});

test('each hop is checked: a redirect to a private or metadata address is refused, and no byte reaches it', async t => {
  const canary = await serve(t);
  const server = await redirecting(t);
  const upstream = openUpstream(t);
  for (const target of [
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:a9fe:a9fe]/',
    'http://metadata.google.internal/',
    'file:///etc/passwd',
    'gopher://x/',
  ]) {
    const fault = await failure(upstream.send(get(go(server, 302, target)), open));
    assert.equal(fault.code, 'egress_refused', target);
  }
  const hop: Hop = { method: 'GET', url: new URL('https://public.example/'), headers: {}, trusted: true, carriedOut: false };
  assert.equal(nextHop(hop, 302, `http://127.0.0.1:${canary.port}/`).url.hostname, '127.0.0.1');
  assert.equal((await failure(upstream.send(get(`${canary.origin}/`), strict))).code, 'egress_refused');
  assert.equal(canary.connections, 0);
});

test('a POST answered with 303, 302 or 301 becomes a GET without the body', async t => {
  for (const status of [301, 302, 303]) {
    const server = await redirecting(t);
    await openUpstream(t).send(post(go(server, status, '/there')), open);
    const [, second] = server.requests;
    assert.deepEqual([second?.method, second?.body, second?.headers['content-type']], ['GET', '', undefined]);
  }
});

test('a write keeps its method and body on 307 and 308 inside the origin, and a PUT also on 302', async t => {
  const server = await redirecting(t);
  const upstream = openUpstream(t);
  for (const status of [307, 308]) await upstream.send(post(go(server, status, '/there'), 'body'), open);
  await upstream.send({ ...post(go(server, 302, '/there'), 'body'), method: 'PUT' }, open);
  const arrived = server.requests.filter(request => request.url === '/there').map(request => [request.method, request.body]);
  assert.deepEqual(arrived, [
    ['POST', 'body'],
    ['POST', 'body'],
    ['PUT', 'body'],
  ]);
});

test('a write is never sent on to another origin', async t => {
  const target = await serve(t);
  const server = await redirecting(t);
  const upstream = openUpstream(t);
  const attempts = [
    post(go(server, 307, target.origin)),
    post(go(server, 308, target.origin)),
    { ...get(go(server, 302, target.origin)), method: 'DELETE' },
  ];
  for (const request of attempts) {
    const fault = await failure(upstream.send(request, open));
    assert.deepEqual([fault.code, fault.details?.sent, fault.details?.origin], ['egress_refused', false, target.origin]);
  }
  assert.equal(target.connections, 0);
});

test('a failure behind a 303 says that the write before it may have happened', async t => {
  const server = await redirecting(t);
  const upstream = openUpstream(t);
  const unreachable = await failure(upstream.send(post(go(server, 303, 'http://127.0.0.1:1/')), open));
  assert.deepEqual([unreachable.code, unreachable.details?.sent], ['upstream_unreachable', true]);
  const refused = await failure(upstream.send(post(go(server, 303, 'http://169.254.169.254/')), open));
  assert.deepEqual([refused.code, refused.details?.sent], ['egress_refused', true]);
  const nowhere = await failure(upstream.send(post(go(server, 303, 'http://')), open));
  assert.deepEqual([nowhere.code, nowhere.details?.sent], ['upstream_unreachable', true]);
});

test('a chain that leaves https is never given credentials again, not even at a recorded origin', () => {
  const first: Hop = {
    method: 'GET',
    url: new URL('https://a.test/'),
    headers: { authorization: 'own', accept: 'x' },
    trusted: true,
    carriedOut: false,
  };
  const credentials = { origins: ['https://a.test', 'http://a.test', 'https://b.test'], headers: { Authorization: secret } };
  assert.deepEqual(headersToSend(first, credentials), { authorization: secret, accept: 'x' });
  const down = nextHop(first, 302, 'http://a.test/');
  assert.deepEqual(headersToSend(down, credentials), { accept: 'x' });
  assert.deepEqual(headersToSend(nextHop(down, 302, 'https://a.test/'), credentials), { accept: 'x' });
  assert.deepEqual(headersToSend(nextHop(first, 302, 'https://b.test/'), credentials), { authorization: secret, accept: 'x' });
  assert.deepEqual(headersToSend(nextHop(first, 302, 'https://c.test/'), credentials), { accept: 'x' });
});

test('a redirect with an endless body is followed without reading it', async t => {
  const server = await serve(t, (req, res) => {
    if (req.url !== '/') {
      res.end('here');
      return;
    }
    res.writeHead(302, { location: '/there' });
    const pour = (): void => {
      while (!res.destroyed && res.write('x'.repeat(64 * 1024))) {}
    };
    res.on('drain', pour);
    pour();
  });
  assert.equal(text(await openUpstream(t).send(get(`${server.origin}/`), open)), 'here');
});
