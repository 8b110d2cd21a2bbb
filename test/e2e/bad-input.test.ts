import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commandLine, type DaemonProcess, startDaemon, temporaryDataDir } from '../daemon.ts';
import { description } from '../transports/warehouse.ts';
import { answerJson, type Recorder, recordUpstream } from '../upstream-recorder.ts';

const end: (() => unknown)[] = [];
const t = { after: (fn: () => unknown) => void end.unshift(fn) };
after(async () => {
  for (const fn of end) await fn();
});

let dataDir: string;
let daemon: DaemonProcess;
let executor: ReturnType<typeof commandLine>;
let upstream: Recorder;

before(async () => {
  dataDir = temporaryDataDir(t);
  daemon = await startDaemon(t, dataDir);
  executor = commandLine(dataDir);
  upstream = await recordUpstream(t, (_request, res) => answerJson(res, 200, {}));
  await daemon.api.post('/api/sources', { spec: description(upstream.origin), namespace: 'w', allowPrivate: true });
  assert.equal((await daemon.api.get('/api/sources/w?wait=30')).body.state, 'ready');
});

/** All that a bad request could have changed. */
const world = async () =>
  JSON.stringify(
    await Promise.all(['sources', 'tools', 'executions', 'policies'].map(async name => (await daemon.api.get(`/api/${name}`)).body)),
  );

test('an unknown tool is answered with the near ones', async () => {
  const before = await world();
  const { code, stdout, stderr } = await executor(['call', 'w', 'items', 'craete', 'name=x']);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /tool_not_found.*w\.items\.create/s);
  const described = await executor(['tools', 'describe', 'w.item.list', '--json']);
  assert.equal(described.code, 1);
  assert.ok(JSON.parse(described.stdout).error.details.suggestions.includes('w.items.list'));
  assert.equal(await world(), before);
});

test('wrong and unknown arguments are answered with the place and the near name', async () => {
  const before = await world();
  for (const [args, message] of [
    [['naem=bolt'], /invalid_arguments.*naem.*`name`/s],
    [['name=bolt', 'amount=many'], /invalid_arguments.*amount/s],
    [['{"name":{"first":"bolt"}}'], /invalid_arguments.*`name`.*string/s],
    [[], /invalid_arguments.*name/s],
  ] as const) {
    const { code, stdout, stderr } = await executor(['call', 'w', 'items', 'create', ...args]);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, message);
  }
  assert.equal(await world(), before);
  assert.equal(upstream.arrived.length, 0);
});

test('malformed JSON on any route is a bad request, and changes nothing', async () => {
  const before = await world();
  const routes = [
    'POST /api/detect',
    'POST /api/sources',
    'PATCH /api/sources/w',
    'POST /api/sources/w/refresh',
    'POST /api/tools/invoke/w.items.list',
    'POST /api/executions/exec_x/resume',
    'POST /api/executions/exec_x/cancel',
    'PUT /api/policies',
    'POST /api/session/link',
    'POST /api/session',
    'POST /api/shutdown',
    'POST /mcp',
  ];
  for (const route of routes) {
    const [method, path] = route.split(' ') as [string, string];
    for (const text of ['{', '{"spec":', '\u0000', '}{']) {
      const { status, body } = await daemon.api.ask(method, path, { text });
      assert.equal(status, 400, `${route} ${text}`);
      assert.ok(path === '/mcp' ? body.error.code === -32700 : body.error.code === 'invalid_arguments', `${route} ${JSON.stringify(body)}`);
    }
  }
  assert.equal(await world(), before);
  assert.equal((await daemon.api.get('/healthz')).status, 200);
});

test('an unknown execution is not found, on every surface', async () => {
  for (const args of [
    ['resume', '--execution-id', 'exec_nobody'],
    ['executions', 'show', 'exec_nobody'],
    ['executions', 'cancel', 'exec_nobody'],
  ]) {
    const { code, stdout, stderr } = await executor(args);
    assert.deepEqual([code, stdout], [1, ''], args.join(' '));
    assert.match(stderr, /execution_not_found/);
  }
  assert.equal((await daemon.api.get('/api/executions/exec_nobody')).status, 404);
  assert.equal((await daemon.api.resume('exec_nobody')).body.error.code, 'execution_not_found');
});

test('a second daemon on the same directory says who holds it, and leaves the first alone', async () => {
  await assert.rejects(startDaemon(t, dataDir), (error: Error) => {
    assert.match(error.message, new RegExp(`another daemon holds .*process ${daemon.pid}, at ${daemon.url}`));
    return true;
  });
  const foreground = await executor(['web', '--foreground', '--port', '0', '--no-browser']);
  assert.equal(foreground.code, 6);
  assert.match(foreground.stderr, new RegExp(`process ${daemon.pid}`));
  assert.equal((await daemon.api.get('/api/sources')).status, 200);
  const { stdout } = await executor(['daemon', 'status', '--json']);
  assert.equal(JSON.parse(stdout).pid, daemon.pid);
});

test('deep, wide and odd input is taken or refused, never fatal', async () => {
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  const odd = [
    '{"__proto__":{"x":1}}',
    '{"constructor":1}',
    '{"name":"\\ud800"}',
    `{"name":"${'x'.repeat(1_000_000)}"}`,
    '{"name":"a","name":"b"}',
    deep,
  ];
  for (const text of odd) {
    for (const path of ['/api/tools/invoke/w.items.create', '/api/sources', '/api/policies']) {
      const { status, body } = await daemon.api.ask(path.endsWith('policies') ? 'PUT' : 'POST', path, { text });
      assert.ok(
        status === 202 || (status >= 400 && status < 500),
        `${path} ${text.slice(0, 40)}: ${status} ${JSON.stringify(body).slice(0, 200)}`,
      );
    }
  }
  for (const path of [
    '/api/tools/%E0%A4%A',
    '/api/executions/%',
    '/api/sources/%zz',
    `/api/tools/${'a.'.repeat(4000)}`,
    '/api/tools?q=%',
  ]) {
    const { status, body } = await daemon.api.get(path);
    assert.ok(
      (status >= 400 && status < 500 && body.error.code) || status === 200,
      `${path.slice(0, 40)}: ${status} ${JSON.stringify(body)}`,
    );
  }
  assert.equal((await daemon.api.get('/healthz')).body.pid, daemon.pid);
});
