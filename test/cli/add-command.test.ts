import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openRig, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  copyFileSync(fileURLToPath(new URL('../fixtures/mcp/odd-server.mjs', import.meta.url)), join(rig.home, 'my server.mjs'));
});
after(() => rig.close());

test('add: a command with its own flags, from the directory it was typed in, and what it is given', async () => {
  const { run } = rig;
  const added = await run(
    [
      'add',
      process.execPath,
      '--no-warnings',
      './my server.mjs',
      'well',
      '--name',
      'odd',
      '--env',
      'PLAIN=blue',
      '--env-from',
      'ODD_SECRET',
      '-v',
    ],
    { env: { ODD_SECRET: 'value-from-the-shell' } },
  );
  assert.deepEqual([added.code, added.stdout], [0, 'odd is ready: 10 tools\n'], added.stderr);
  const [view] = JSON.parse((await run(['sources', '--json'])).stdout).items;
  assert.deepEqual(view.args, ['--no-warnings', './my server.mjs', 'well', '-v']);
  assert.deepEqual([...view.env].sort(), ['ODD_SECRET', 'PLAIN']);
  await run(['policy', 'set', 'odd.**', 'allow']);
  const called = await run(['call', 'odd', 'env', '--json']);
  assert.equal(called.code, 0, called.stderr);
  const { structuredContent } = JSON.parse(called.stdout).data;
  assert.deepEqual(structuredContent.argv, ['well', '-v']);
  assert.equal(structuredContent.secret, '[redacted]', 'it has it, and does not say it back');
  assert.doesNotMatch(readFileSync(join(rig.dataDir, 'logs', 'daemon.log'), 'utf8'), /value-from-the-shell/);
});

test('add: behind "--" everything belongs to the command', async () => {
  const { code, stdout, stderr } = await rig.run([
    'add',
    '--name',
    'theirs',
    '--',
    process.execPath,
    './my server.mjs',
    'well',
    '--name',
    'x',
  ]);
  assert.deepEqual([code, stdout], [0, 'theirs is ready: 10 tools\n'], stderr);
});

test('add: a command that ends at once says why, one that is not there is no command, and a misspelt file is not started', async () => {
  const crash = await rig.run(['add', process.execPath, './my server.mjs', 'crash', '--name', 'crash']);
  assert.equal(crash.code, 1);
  assert.match(crash.stderr, /no config file found/);
  const absent = await rig.run(['add', 'no-such-program-anywhere', 'x', '--name', 'absent']);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /there is no "no-such-program-anywhere"/);
  const misspelt = await rig.run(['add', './my servr.mjs']);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.stderr, /neither an http\(s\) URL nor a file, nor a program/);
  const unset = await rig.run(['add', process.execPath, './my server.mjs', '--env-from', 'NOT_SET_ANYWHERE']);
  assert.equal(unset.code, 2);
});

test('add: what stands behind a URL, a file or "-" is no command line, and nothing is started or added', async () => {
  const { run } = rig;
  const before = (await run(['sources', '--json'])).stdout;
  for (const [words, wrong] of [
    [['https://127.0.0.1:9/openapi.json', '--namespace', 'x'], 'unknown flag --namespace for "executor add"'],
    [['my server.mjs', '--nmae', 'x'], 'unknown flag --nmae for "executor add"'],
    [['-', 'more'], 'too many words: "more"'],
  ] as const) {
    const { code, stdout, stderr } = await run(['add', ...words]);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.ok(stderr.startsWith(`executor: ${wrong}\n`), stderr);
  }
  assert.equal((await run(['sources', '--json'])).stdout, before);
});
