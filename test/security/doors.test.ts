import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { openHouse, routesOf, sendRaw } from './house.ts';

const MIB = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const isOpen = (path: string) => path === '/healthz' || path === '/readyz' || path === '/metrics' || path.startsWith('/oauth/');
/** JSON-RPC has error codes of its own. */
const isMcp = (path: string) => path === '/mcp' || path.startsWith('/mcp/');
const takesBody = (method: string) => method === 'POST' || method === 'PUT' || method === 'PATCH';

test('every route is closed to a foreign Host, even to the owner', async t => {
  const house = await openHouse(t);
  const foreign = [
    'evil.test',
    `evil.test:${house.port}`,
    `localhost.evil.test:${house.port}`,
    `127.0.0.1.nip.io:${house.port}`,
    `evil.test@127.0.0.1:${house.port}`,
    `127.0.0.1:${house.port}@evil.test`,
    `localhost.:${house.port}`,
    '0.0.0.0',
    '169.254.169.254',
    '[::ffff:127.0.0.1]',
  ];
  const routes = [
    ...routesOf(house),
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/resume/x' },
    { method: 'POST', path: '/nowhere' },
  ];
  assert.ok(routes.length > 25);
  for (const { method, path } of routes) {
    for (const host of foreign) {
      const answer = await house.own({ method, path, headers: { host, ...json }, body: takesBody(method) ? '{}' : undefined });
      assert.deepEqual([answer.status, answer.code], [403, 'forbidden'], `${method} ${path} as ${host}`);
    }
  }
});

test('every route is closed to a foreign Origin, even to the owner', async t => {
  const house = await openHouse(t);
  const foreign = [
    'null',
    'http://evil.test',
    `http://evil.test:${house.port}`,
    `http://127.0.0.1:${house.port + 1}`,
    'http://127.0.0.1',
    `https://127.0.0.1:${house.port}`,
    `http://127.0.0.1:${house.port}.evil.test`,
    `http://localhost:${house.port}/`,
    `HTTP://LOCALHOST:${house.port}`,
    'chrome-extension://abcdef',
    '',
  ];
  for (const { method, path } of routesOf(house)) {
    for (const origin of foreign) {
      const answer = await house.own({ method, path, headers: { origin, ...json }, body: takesBody(method) ? '{}' : undefined });
      assert.deepEqual([answer.status, answer.code], [403, 'forbidden'], `${method} ${path} from ${origin}`);
    }
  }
});

test('the own names and origins are let in', async t => {
  const house = await openHouse(t);
  for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
    assert.equal((await house.own({ path: '/api/sources', headers: { host: `${name}:${house.port}` } })).status, 200, name);
  }
  for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
    assert.equal((await house.own({ path: '/api/sources', headers: { origin: `http://${name}:${house.port}` } })).status, 200, name);
  }
});

test('every route of the API wants a credential, and a wrong one opens none', async t => {
  const house = await openHouse(t);
  const presented: [string, OutgoingHttpHeaders, string][] = [
    ['nothing', {}, ''],
    ['an empty token', { authorization: 'Bearer ' }, ''],
    ['a wrong token', { authorization: 'Bearer exec_owner_wrong' }, ''],
    ['half a token', { authorization: `Bearer ${house.token.slice(0, -1)}` }, ''],
    ['the token as Basic', { authorization: `Basic ${Buffer.from(`owner:${house.token}`).toString('base64')}` }, ''],
    ['the token without a scheme', { authorization: house.token }, ''],
    ['the token in the address', {}, `?token=${house.token}&access_token=${house.token}`],
    [
      'the token as a cookie',
      { cookie: `token=${house.token}; executor_session_${house.port}=${house.token}`, 'x-executor-session': house.token },
      '',
    ],
  ];
  for (const { method, path } of routesOf(house)) {
    if (isOpen(path) || isMcp(path)) continue;
    for (const [what, headers, query] of presented) {
      const answer = await house.ask({
        method,
        path: path + query,
        headers: { ...json, ...headers },
        body: takesBody(method) ? '{"code":"x"}' : undefined,
      });
      assert.deepEqual([answer.status, answer.code], [401, 'unauthorized'], `${method} ${path} with ${what}`);
    }
  }
});

test('a wrong token is refused also where none is needed', async t => {
  const house = await openHouse(t);
  const answer = await house.ask({ method: 'POST', path: '/mcp', headers: { ...json, authorization: 'Bearer wrong' }, body: '{}' });
  assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
});

test('a session needs both halves, of the same session, on its own port', async t => {
  const house = await openHouse(t);
  const signIn = async () => {
    const code = new URL((await house.createSignInLink()).replace('#/', '')).searchParams.get('code') ?? '';
    const answer = await house.ask({ method: 'POST', path: '/api/session', headers: json, body: JSON.stringify({ code }) });
    assert.equal(answer.status, 200);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    return { code, cookie, pair: cookie.split(';')[0] ?? '', half: JSON.parse(answer.text).half as string };
  };
  const mine = await signIn();
  const other = await signIn();
  assert.match(mine.cookie, /; HttpOnly/);
  assert.match(mine.cookie, /; SameSite=Strict/);
  assert.match(mine.cookie, /; Path=\//);
  assert.doesNotMatch(mine.cookie, /Domain/i);
  const look = async (headers: OutgoingHttpHeaders) => (await house.ask({ path: '/api/session', headers })).status;
  assert.equal(await look({ cookie: mine.pair, 'x-executor-session': mine.half }), 200);
  assert.equal(await look({ cookie: `a=b; ${mine.pair}; c=d`, 'x-executor-session': mine.half }), 200);
  assert.equal(await look({ cookie: mine.pair }), 401);
  assert.equal(await look({ 'x-executor-session': mine.half }), 401);
  assert.equal(await look({ cookie: mine.pair, 'x-executor-session': other.half }), 401);
  assert.equal(await look({ cookie: mine.pair, 'x-executor-session': '' }), 401);
  assert.equal(await look({ cookie: mine.pair.replace(String(house.port), String(house.port + 1)), 'x-executor-session': mine.half }), 401);
  assert.equal(await look({ cookie: mine.pair, 'x-executor-session': mine.half, origin: 'http://evil.test' }), 403);
});

test('a sign-in link works once, also when it is used twice at the same moment', async t => {
  const house = await openHouse(t);
  const code = new URL((await house.createSignInLink()).replace('#/', '')).searchParams.get('code') ?? '';
  const use = () => house.ask({ method: 'POST', path: '/api/session', headers: json, body: JSON.stringify({ code }) });
  const statuses = (await Promise.all([use(), use(), use()])).map(answer => answer.status);
  assert.deepEqual(statuses.sort(), [200, 401, 401]);
  assert.equal((await use()).status, 401);
});

test('a body that does not call itself JSON is refused on every route, and changes nothing', async t => {
  const house = await openHouse(t);
  const types = [
    'text/plain',
    'text/plain; charset=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    undefined,
  ];
  const body = '{"pattern":"**","decision":"allow","url":"http://127.0.0.1:1/","code":"x","action":"accept"}';
  for (const { method, path } of routesOf(house).filter(route => takesBody(route.method))) {
    for (const type of types) {
      const answer = await house.own({ method, path, headers: type === undefined ? {} : { 'content-type': type }, body });
      assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path} as ${type}: ${answer.status}`);
      if (!isMcp(path)) assert.equal(answer.code, 'invalid_arguments', `${method} ${path} as ${type}`);
    }
  }
  assert.deepEqual(
    [house.runtime.policies.list().length, house.runtime.sources.list().filter(source => source.kind !== 'builtin').length],
    [0, 0],
  );
  assert.equal((await house.ask({ path: '/healthz' })).status, 200);
});

test('what is not JSON is told as that on every route, and the daemon lives on', async t => {
  const house = await openHouse(t);
  for (const { method, path } of routesOf(house).filter(route => takesBody(route.method))) {
    for (const body of ['{', 'nonsense', '{"a":1}}', '\u0000', Buffer.from([0xff, 0xfe, 0x7b])]) {
      const answer = await house.own({ method, path, headers: json, body });
      // Of a source that is not there nothing is read.
      const refused = path.startsWith('/mcp/') ? [400, 404] : [400];
      assert.ok(refused.includes(answer.status), `${method} ${path}: ${answer.status}`);
      if (!isMcp(path)) assert.equal(answer.code, 'invalid_arguments', `${method} ${path}`);
    }
  }
  assert.equal((await house.ask({ path: '/healthz' })).status, 200);
});

test('a body over 16 MiB is refused on every route, declared or streamed; a source may bring 128', async t => {
  const house = await openHouse(t);
  const big = Buffer.alloc(16 * MIB + 1, ' ');
  for (const { method, path } of routesOf(house).filter(route => takesBody(route.method))) {
    if (isMcp(path)) continue;
    const isLarge = method === 'POST' && path === '/api/sources';
    const limit = isLarge ? 128 * MIB : 16 * MIB;
    const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${house.port}\r\nauthorization: Bearer ${house.token}\r\ncontent-type: application/json\r\n`;
    const declared = await sendRaw(house.port, `${head}content-length: ${limit + 1}\r\n\r\n{`);
    assert.match(declared, /^HTTP\/1\.1 413 /, `${method} ${path}`);
    assert.match(declared, /body_too_large/);
  }
  const streamed = await house
    .own({ method: 'PUT', path: '/api/policies', headers: { ...json, 'transfer-encoding': 'chunked' }, body: big })
    .catch((error: NodeJS.ErrnoException) => error.code); // the daemon may close before all is written
  assert.ok(streamed === 'ECONNRESET' || streamed === 'EPIPE' || (typeof streamed === 'object' && streamed.status === 413));
  const source = await house.own({ method: 'POST', path: '/api/sources', headers: json, body: big });
  assert.deepEqual([source.status, source.code], [400, 'invalid_arguments']); // read whole, and no source
  const mcp = await house.own({ method: 'POST', path: '/mcp', headers: json, body: big }).catch(() => undefined);
  assert.ok(mcp === undefined || mcp.status >= 400);
  assert.equal((await house.ask({ path: '/healthz' })).status, 200);
});

test('no answer lets another site read it, and none repeats the token', async t => {
  const house = await openHouse(t);
  for (const { method, path } of routesOf(house)) {
    if (path === '/api/shutdown') continue;
    for (const headers of [{}, { origin: `http://127.0.0.1:${house.port}` }, { origin: 'http://evil.test' }]) {
      const answer = await house.own({ method, path, headers: { ...json, ...headers }, body: takesBody(method) ? '{}' : undefined });
      const cors = Object.keys(answer.headers).filter(name => name.startsWith('access-control-'));
      assert.deepEqual(cors, [], `${method} ${path}`);
      assert.ok(!answer.text.includes(house.token) && !JSON.stringify(answer.headers).includes(house.token), `${method} ${path}`);
    }
  }
});

test('a preflight of another site is refused, and one of our own gives no leave', async t => {
  const house = await openHouse(t);
  for (const { path } of routesOf(house)) {
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const foreign = await house.ask({ method: 'OPTIONS', path, headers: { origin: 'http://evil.test', ...preflight } });
    assert.equal(foreign.status, 403, path);
    const own = await house.ask({ method: 'OPTIONS', path, headers: { origin: `http://localhost:${house.port}`, ...preflight } });
    assert.ok(own.status >= 400, path);
    assert.equal(own.headers['access-control-allow-origin'], undefined);
  }
});

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'doors', version: '1' } },
});
const mcpHeaders = { ...json, accept: 'application/json, text/event-stream' };

test('MCP needs no token on loopback, but does behind a proxy and where one is required', async t => {
  const house = await openHouse(t);
  const knock = async (headers: OutgoingHttpHeaders) =>
    (await house.ask({ method: 'POST', path: '/mcp', headers: { ...mcpHeaders, ...headers }, body: initialize })).status;
  assert.equal(await knock({}), 200);
  for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'X-Forwarded-Proto'])
    assert.equal(await knock({ [name]: '127.0.0.1' }), 401, name);
  assert.equal(await knock({ 'x-forwarded-for': '1.2.3.4', authorization: `Bearer ${house.token}` }), 200);
  assert.equal(await knock({ origin: 'http://evil.test' }), 403);
  assert.equal(await knock({ host: 'evil.test' }), 403);
  const strict = await openHouse(t, { requireToken: true });
  const refused = await strict.ask({ method: 'POST', path: '/mcp', headers: mcpHeaders, body: initialize });
  assert.equal(refused.status, 401);
  assert.equal((await strict.own({ method: 'POST', path: '/mcp', headers: mcpHeaders, body: initialize })).status, 200);
});

test('the WebSocket has the same doors', async t => {
  const house = await openHouse(t);
  const knock = (protocols: string[], headers: Record<string, string> = {}, path = '/ws') =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${house.port}${path}`, protocols, { headers });
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', reject);
    });
  const token = `bearer.${house.token}`;
  assert.equal(await knock(['executor', token]), 101);
  assert.equal(await knock(['executor'], { authorization: `Bearer ${house.token}` }), 101);
  assert.equal(await knock(['executor', token], { origin: `http://localhost:${house.port}` }), 101);
  assert.equal(await knock(['executor']), 401);
  assert.equal(await knock(['executor', 'bearer.wrong']), 401);
  assert.equal(await knock(['executor', token], { origin: 'http://evil.test' }), 403);
  assert.equal(await knock(['executor', token], { origin: `http://127.0.0.1:${house.port + 1}` }), 403);
  assert.equal(await knock(['executor', token], { host: `evil.test:${house.port}` }), 403);
  assert.equal(await knock(['executor'], {}, `/ws?token=${house.token}`), 401);
  assert.ok((await knock(['executor', token], {}, '/other')) >= 400);
});

test('requests that are no proper HTTP are refused, and the daemon lives on', async t => {
  const house = await openHouse(t);
  const { port } = house;
  const auth = `authorization: Bearer ${house.token}\r\n`;
  const bad = [
    `GET /api/sources HTTP/1.1\r\n${auth}\r\n`,
    `GET http://evil.test/api/sources HTTP/1.1\r\nhost: evil.test\r\n${auth}\r\n`,
    `GET /api/sources HTTP/1.1\r\nhost: evil.test\r\nhost: 127.0.0.1:${port}\r\n${auth}\r\n`,
    `GET /api/sources HTTP/1.1\r\nhost: \r\n${auth}\r\n`,
    'nonsense\r\n\r\n',
    `POST /api/sources HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${auth}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
    `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx-filler: ${'y'.repeat(100_000)}\r\n\r\n`,
  ];
  for (const text of bad) assert.match(await sendRaw(port, text), /^HTTP\/1\.1 4\d\d /, text.slice(0, 60));
  assert.equal((await house.ask({ path: '/healthz' })).status, 200);
});
