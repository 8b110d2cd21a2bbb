import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openApi } from '../api.ts';
import { type DaemonProcess, DIST, startDaemon, surroundings, temporaryDataDir } from '../daemon.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { addShop, ask, missing } from './shop.ts';

/** Starts it where no file may grow beyond so many KiB: LevelDB's writes fail with EFBIG from there on. */
async function startCramped(t: TestContext, dataDir: string, kib: number): Promise<DaemonProcess> {
  const child = spawn('bash', ['-c', `ulimit -f ${kib}; exec "$0" "$1"`, process.execPath, join(DIST, 'daemon.js')], {
    env: surroundings(dataDir, { EXECUTOR_ALLOW_PRIVATE: '1' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  t.after(() => child.kill('SIGKILL'));
  await new Promise<void>(resolve => {
    child.stderr.on('data', chunk => {
      log += chunk;
      if (/serving http/.test(log)) resolve();
    });
    exited.then(() => resolve());
  });
  const { url } = JSON.parse(readFileSync(join(dataDir, 'daemon.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  const kill = async () => void child.kill('SIGKILL');
  return { pid: child.pid!, url, token, api: openApi(url, token), log: () => log, exited, kill, stop: kill };
}

test('when no file may grow any more, the daemon says so and ends with 1, and all it has acknowledged is there', {
  skip: noUlimit(),
}, async t => {
  const dataDir = temporaryDataDir(t);
  const cramped = await startCramped(t, dataDir, 400);
  await addShop(cramped);
  const ids = await ask(cramped, 10_000, 'word '.repeat(200));
  assert.ok(ids.length > 5 && ids.length < 10_000, `${ids.length} were taken`);
  assert.equal(await cramped.exited, 1);
  assert.match(cramped.log(), /ends: /);
  const next = await startDaemon(t, dataDir);
  assert.deepEqual(await missing(next, ids), []);
});

test('a write whose claim cannot be stored never leaves', { skip: noUlimit() }, async t => {
  const upstream = await recordUpstream(t, (_, res) => answerJson(res, 200, {}));
  const dataDir = temporaryDataDir(t);
  const cramped = await startCramped(t, dataDir, 300);
  await addShop(cramped, upstream.origin);
  let answered = 0;
  for (let n = 0; ; n++) {
    const reply = await cramped.api.invoke('shop.items.note', { marker: `m${n}`, text: 'word '.repeat(100) }).catch(() => undefined);
    if (!reply) break;
    if (reply.status === 200) answered += 1;
  }
  assert.equal(await cramped.exited, 1);
  const next = await startDaemon(t, dataDir, { EXECUTOR_ALLOW_PRIVATE: '1' });
  const known = async (state: string) => (await next.api.get(`/api/executions?state=${state}&limit=1000`)).body.items.length as number;
  const [done, paused] = [await known('done'), await known('paused')];
  assert.ok(done >= answered, `${answered} were answered, ${done} are done`);
  // Whatever reached the upstream is either done or shown as unknown.
  assert.ok(upstream.arrived.length <= done + paused, `${upstream.arrived.length} arrived, ${done} are done, ${paused} unknown`);
});

test('on a file system that is full the daemon ends with 1 and loses nothing', { skip: noTmpfs() }, async t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'executor-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', dataDir]);
  t.after(() => {
    execFileSync('umount', ['-l', dataDir]);
    rmSync(dataDir, { recursive: true });
  });
  const daemon = await startDaemon(t, dataDir);
  await addShop(daemon);
  const ids = await ask(daemon, 10_000, 'word '.repeat(400));
  assert.equal(await daemon.exited, 1);
  assert.match(daemon.log(), /No space left|ENOSPC|full/i);
  execFileSync('mount', ['-o', 'remount,size=64m', dataDir]);
  assert.deepEqual(await missing(await startDaemon(t, dataDir), ids), []);
});

function noUlimit(): string | false {
  return process.platform === 'win32' ? 'there is no ulimit here' : false;
}

function noTmpfs(): string | false {
  try {
    execFileSync('bash', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $d && umount $d; r=$?; rmdir $d; exit $r'], {
      stdio: 'ignore',
    });
    return false;
  } catch {
    return 'no file system can be mounted here';
  }
}
