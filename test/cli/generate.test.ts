import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openRig, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addShop();
});
after(() => rig.close());

test('generate writes both files, and says when they are up to date', async () => {
  const { run, home } = rig;
  assert.equal((await run(['generate', '--check'])).code, 1);
  const first = await run(['generate']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /^executor\.openapi\.json: [\d,]+ bytes\nexecutor\.ts: [\d,]+ bytes\n$/);
  assert.match(readFileSync(join(home, 'executor.ts'), 'utf8'), /createExecutorClient/);
  assert.equal(JSON.parse(readFileSync(join(home, 'executor.openapi.json'), 'utf8')).openapi, '3.1.0');
  assert.match((await run(['generate'])).stderr, /^executor\.openapi\.json: up to date\nexecutor\.ts: up to date\n$/);
  assert.equal((await run(['generate', '--check'])).code, 0);
});

test('one format goes to the file that was named, or to stdout', async () => {
  const { run, home } = rig;
  await run(['generate', '--format', 'typescript', '--source', 'shop', '--output', 'client.ts']);
  const printed = await run(['generate', '--format', 'typescript', '--source', 'shop', '--output', '-']);
  assert.equal(printed.stdout, readFileSync(join(home, 'client.ts'), 'utf8'));
  await run(['generate', '--output', 'typed']);
  assert.ok(existsSync(join(home, 'typed.ts')) && existsSync(join(home, 'typed.openapi.json')));
});

test('what is wrong is said: a format, a source, two files for one stdout', async () => {
  const { run } = rig;
  assert.deepEqual([(await run(['generate', '--format', 'java'])).code, (await run(['generate', '--output', '-'])).code], [2, 2]);
  const unknown = await run(['generate', '--source', 'nobody']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^source_not_found: /);
});

test('completions: scripts that the shells read, and words from the daemon', async () => {
  const { run } = rig;
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await run(['completions', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /tools/);
  }
  const { stdout: script } = await run(['completions', 'bash']);
  const asked = `${script}\nCOMP_WORDS=(executor tools se); COMP_CWORD=2; _executor; echo "\${COMPREPLY[*]}"\nCOMP_WORDS=(executor call --wa); COMP_CWORD=2; _executor; echo "\${COMPREPLY[*]}"\n`;
  const { runProgram } = await import('./rig.ts');
  const bash = await runProgram('bash', ['-c', asked], { env: process.env });
  assert.equal(bash.stdout, 'search\n--wait\n', bash.stderr);
  assert.deepEqual((await run(['complete', 'tools', 'shop.orders'])).stdout, 'shop.orders.create\n');
  assert.deepEqual((await run(['complete', 'tools', 'sh'])).stdout, 'shop.\n');
  assert.equal((await run(['completions', 'tcsh'])).code, 2);
  assert.doesNotMatch((await run(['--help'])).stdout, /\bcomplete </);
});
