import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { CLI, ended, isAlive, openRig, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
});
afterEach(async () => {
  await rig.run(['daemon', 'stop']);
});
after(() => rig.close());

test('start, status, restart, stop', async () => {
  const { golden, run } = rig;
  const out = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(args);
    return { code, stdout: golden(stdout), stderr };
  };
  assert.deepEqual(await out('daemon', 'status'), { code: 6, stdout: 'not running (data: <data>)\n', stderr: '' });
  assert.deepEqual(await out('daemon', 'start'), { code: 0, stdout: 'started: <url> (pid <pid>)\n', stderr: '' });
  const { pid } = rig.daemonFile()!;
  assert.deepEqual(await out('daemon', 'start'), { code: 0, stdout: 'already running: <url> (pid <pid>)\n', stderr: '' });
  const status = await out('daemon', 'status');
  assert.equal(status.code, 0);
  assert.match(status.stdout, /^running: <url> \(pid <pid>, version [\d.]+, since <time>\)\ndata: {4}<data>\n$/);
  assert.deepEqual(await out('daemon', 'restart'), { code: 0, stdout: 'started: <url> (pid <pid>)\n', stderr: '' });
  assert.notEqual(rig.daemonFile()!.pid, pid);
  assert.ok(!isAlive(pid));
  const last = rig.daemonFile()!.pid;
  assert.deepEqual(await out('daemon', 'stop'), { code: 0, stdout: 'stopped (pid <pid>)\n', stderr: '' });
  assert.ok(!isAlive(last));
  assert.deepEqual(await out('daemon', 'stop'), { code: 0, stdout: 'not running\n', stderr: '' });
});

test('the daemon outlives the terminal it was started from', { skip: process.platform !== 'linux' }, async () => {
  // Its shell still runs when the terminal goes, as a window does that is closed: whatever belongs to it is hung up on.
  const line = `'${process.execPath}' '${CLI}' daemon start && echo "shell $$" && cat`;
  const terminal = spawn('script', ['-qfec', line, '/dev/null'], { env: rig.env as NodeJS.ProcessEnv, cwd: rig.home });
  let stdout = '';
  const shell = await new Promise<number>((resolve, reject) => {
    terminal.stdout.on('data', chunk => {
      stdout += chunk;
      const [, pid] = /^shell (\d+)/m.exec(stdout) ?? [];
      if (pid) resolve(Number(pid));
    });
    terminal.on('exit', () => reject(new Error(stdout)));
  });
  terminal.kill('SIGKILL');
  await ended(shell);
  assert.match(stdout, /started: http/);
  const running = rig.daemonFile()!;
  assert.equal(isAlive(running.pid), true);
  assert.equal((await rig.run(['daemon', 'status'])).code, 0);
});

test('the same as JSON', async () => {
  const json = async (...args: string[]) => JSON.parse((await rig.run([...args, '--json'])).stdout);
  assert.deepEqual(await json('daemon', 'status'), { running: false, dataDir: rig.dataDir });
  const started = await json('daemon', 'start');
  assert.deepEqual(Object.keys(started), ['running', 'pid', 'url', 'version', 'startedAt']);
  assert.deepEqual(await json('daemon', 'status'), { ...started, dataDir: rig.dataDir });
  assert.deepEqual(await json('daemon', 'stop'), { running: false, stopped: true });
});

test('commands started at once end up with one daemon', async () => {
  const ran = await Promise.all(Array.from({ length: 4 }, () => rig.run(['sources', '--json'])));
  for (const { code, stderr } of ran) assert.equal(code, 0, stderr);
  const statuses = await Promise.all([1, 2].map(() => rig.run(['daemon', 'status', '--json'])));
  const pids = new Set(statuses.map(({ stdout }) => JSON.parse(stdout).pid));
  assert.deepEqual([...pids], [rig.daemonFile()!.pid]);
});

test('a daemon that was killed is started again', async () => {
  await rig.run(['daemon', 'start']);
  const { pid } = rig.daemonFile()!;
  process.kill(pid, 'SIGKILL');
  await ended(pid);
  assert.equal((await rig.run(['sources'])).code, 0);
  assert.notEqual(rig.daemonFile()!.pid, pid);
});

test('a daemon that cannot start says why, exit 6', async () => {
  const { code, stdout, stderr } = await rig.run(['sources'], { env: { EXECUTOR_HOST: '0.0.0.0' } });
  assert.equal(code, 6);
  assert.equal(stdout, '');
  assert.match(stderr, /the daemon did not start:\n.*binding to 0\.0\.0\.0/);
  assert.match(stderr, /Its log is .*daemon\.log\n$/);
});

test('files are private, and the log can be read', async () => {
  await rig.run(['daemon', 'start']);
  const mode = (...path: string[]) => (statSync(join(rig.dataDir, ...path)).mode & 0o777).toString(8);
  assert.deepEqual(
    [mode(), mode('logs'), mode('logs', 'daemon.log'), mode('daemon.json'), mode('token')],
    ['700', '700', '600', '600', '600'],
  );
  const { code, stdout } = await rig.run(['daemon', 'logs', '--lines', '1']);
  assert.equal(code, 0);
  assert.match(stdout, /^\d{4}-\S+ serving http:\/\/127\.0\.0\.1:\d+ from .*\n$/);
});

test('a second daemon on the same directory is refused by name', async () => {
  await rig.run(['daemon', 'start']);
  const { code, stdout, stderr } = await rig.run(['web', '--foreground', '--no-browser']);
  assert.equal(code, 6);
  assert.equal(stdout, '');
  assert.equal(
    rig.golden(stderr).replace(/process \d+/, 'process <pid>'),
    'executor: another daemon holds <data>: process <pid>, at <url>\n',
  );
});

test('web --foreground serves in this terminal until Ctrl-C', async () => {
  const { code, stdout, stderr } = await rig.run(['web', '--foreground', '--no-browser', '--port', '0'], { interruptAt: /another one/ });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/#\/session\?code=\S+\n$/);
  assert.match(stderr, /Listening at http:\/\/127\.0\.0\.1:\d+\. Ctrl-C stops it\./);
  assert.equal(rig.daemonFile(), undefined);
});

test('web prints a sign-in link where there is no browser', async () => {
  const { code, stdout, stderr } = await rig.run(['web', '--no-browser']);
  assert.equal(code, 0);
  assert.match(rig.golden(stdout), /^<url>\/#\/session\?code=\S+\n$/);
  assert.equal(stderr, 'The link signs in once, within 5 minutes.\n');
  const headless = await rig.run(['web'], { env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, BROWSER: undefined } });
  assert.match(rig.golden(headless.stdout), /^<url>\/#\/session\?code=\S+\n$/);
  assert.match(JSON.parse((await rig.run(['web', '--json'])).stdout).url, /code=/);
});
