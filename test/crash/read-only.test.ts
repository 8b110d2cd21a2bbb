import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DIST, surroundings, temporaryDataDir } from '../daemon.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** Runs the daemon as somebody whom permissions bind: the superuser writes wherever he likes. */
async function endOf(t: TestContext, dataDir: string): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [join(DIST, 'daemon.js')], {
    env: surroundings(dataDir),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  t.after(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.on('data', chunk => {
    log += chunk;
    if (/serving http/.test(log)) child.kill('SIGKILL');
  });
  return { code: await new Promise(resolve => child.once('exit', resolve)), log };
}

test('a directory that cannot be written to is named, with what to do, and the daemon ends with 1', async t => {
  const dataDir = temporaryDataDir(t);
  mkdirSync(join(dataDir, 'db'), { recursive: true });
  if (isRoot) {
    chmodSync(dirname(dataDir), 0o755);
    chownSync(dataDir, NOBODY, NOBODY);
  }
  chmodSync(dataDir, 0o500);
  const { code, log } = await endOf(t, dataDir);
  chmodSync(dataDir, 0o700);
  assert.equal(code, 1, log);
  assert.match(log, new RegExp(`${dataDir} cannot be used: it cannot be written to.*EXECUTOR_DATA_DIR`));
});
