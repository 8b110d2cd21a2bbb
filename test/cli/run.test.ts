import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openRig, type Rig } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addShop();
});
after(() => rig.close());

/** A program in a file. */
function file(code: string): string {
  const path = join(rig.dataDir, '..', 'program.ts');
  writeFileSync(path, code);
  return path;
}

test('run prints the result on stdout, and logs and emitted values on stderr', async () => {
  const path = file(`const books: unknown[] = await tools.shop.books.list({});
console.warn('careful');
emit({ type: 'image', mimeType: 'image/png', data: 'AAAA' });
return { books: Array.isArray(books) };`);
  const { code, stdout, stderr } = await rig.run(['run', path]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { books: true });
  assert.match(stderr, /careful\n\[image image\/png, 3 bytes\]/);
});

test('a program from stdin that waits for a person: exit 3, and resume goes on with it', async () => {
  const paused = await rig.run(['run', '-'], { input: 'return Object.keys(await tools.shop.orders.create({ book: 7 }))' });
  assert.deepEqual([paused.code, paused.stdout], [3, '']);
  const id = /--execution-id (exec_\w+)/.exec(paused.stderr)?.[1] ?? '';
  const shown = await rig.run(['executions', 'show', id]);
  assert.match(shown.stdout, /1 calls, 1 waiting/);
  assert.match(shown.stdout, /1 +1 +awaitingApproval +- +shop.orders.create +exec_/);
  const resumed = await rig.run(['resume', '--execution-id', id]);
  assert.deepEqual([resumed.code, JSON.parse(resumed.stdout)], [0, ['order']]);
});

test('a program that fails: exit 1 with the line; a file that is not there: exit 2', async () => {
  const failed = await rig.run(['run', file('const a = 1;\nnull.x')]);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /line 2/);
  const missing = await rig.run(['run', '/nowhere/program.ts']);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /no file/);
});
