import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeTurn } from '../../cli/daemon/turn.ts';
import { runProgram } from './rig.ts';

const fresh = (t: TestContext) => {
  const directory = mkdtempSync(join(tmpdir(), 'exec-turn-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
};

test('one has the turn until it is given back', t => {
  const directory = fresh(t);
  const end = takeTurn(directory);
  assert.ok(end);
  assert.equal(takeTurn(directory), undefined);
  end();
  assert.ok(!existsSync(join(directory, 'starting')));
  assert.ok(takeTurn(directory));
});

test('the turn of a process that died, or that takes too long, is free', async t => {
  const directory = fresh(t);
  const file = join(directory, 'starting');
  const { stdout: dead } = await runProgram(process.execPath, ['-p', 'process.pid']);
  writeFileSync(file, dead);
  assert.ok(takeTurn(directory), 'of a dead process');
  const old = new Date(Date.now() - 60_000);
  utimesSync(file, old, old);
  assert.ok(takeTurn(directory), 'of a slow one');
});
