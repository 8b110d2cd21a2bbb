import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotateLog } from '../../cli/daemon/rotate-log.ts';

test('a log that is too long is put aside, and whoever has it open goes on writing into the new one', t => {
  const directory = mkdtempSync(join(tmpdir(), 'exec-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'logs'));
  rotateLog(directory);
  const path = join(directory, 'logs', 'daemon.log');
  const held = openSync(path, 'a', 0o600);
  t.after(() => closeSync(held));
  writeSync(held, 'before\n');
  rotateLog(directory, { limit: 7 });
  assert.ok(!existsSync(`${path}.1`), 'a short one stays');
  writeSync(held, 'more\n');
  rotateLog(directory, { limit: 7 });
  writeSync(held, 'after\n');
  assert.deepEqual([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')], ['before\nmore\n', 'after\n']);
  assert.equal((statSync(`${path}.1`).mode & 0o777).toString(8), '600');
});
