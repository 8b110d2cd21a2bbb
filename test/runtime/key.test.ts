import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadKey } from '../../runtime/key.ts';
import { modeOf, temporaryFolder } from './folder.ts';

test('the key is made once, 32 random bytes in a private file, and read from then on', async t => {
  const folder = temporaryFolder(t);
  const key = await loadKey(folder, () => false);
  assert.equal(key.length, 32);
  assert.deepEqual(fs.readdirSync(folder), ['key']);
  assert.equal(modeOf(path.join(folder, 'key')), '600');
  assert.deepEqual(await loadKey(folder, () => true), key);
  assert.notDeepEqual(await loadKey(temporaryFolder(t), () => false), key);
});

test('of many that start at once, all have the same key', async t => {
  const folder = temporaryFolder(t);
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadKey(folder, async () => false)));
  assert.equal(new Set(keys.map(key => key.toString('hex'))).size, 1);
  assert.deepEqual(fs.readdirSync(folder), ['key']);
});

test('a missing key is never made anew while something is sealed under the old one', async t => {
  const folder = temporaryFolder(t);
  await assert.rejects(
    loadKey(folder, async () => true),
    { code: 'internal', message: /missing.*backup/ },
  );
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a key of the wrong size or shape is refused and left as it is', async t => {
  const folder = temporaryFolder(t);
  for (const bad of ['', 'short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${'!'.repeat(44)}`]) {
    fs.writeFileSync(path.join(folder, 'key'), bad);
    await assert.rejects(
      loadKey(folder, () => false),
      { code: 'internal', message: /damaged/ },
      bad,
    );
    assert.equal(fs.readFileSync(path.join(folder, 'key'), 'utf8'), bad);
  }
});

test('a key that others could read is closed to them', { skip: process.platform === 'win32' }, async t => {
  const folder = temporaryFolder(t);
  await loadKey(folder, () => false);
  fs.chmodSync(path.join(folder, 'key'), 0o644);
  await loadKey(folder, () => false);
  assert.equal(modeOf(path.join(folder, 'key')), '600');
});
