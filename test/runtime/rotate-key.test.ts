import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Level } from 'level';
import { loadKey } from '../../runtime/key.ts';
import type { Keychain } from '../../runtime/keychain.ts';
import { finishRotation, rotateKey } from '../../runtime/rotate-key.ts';
import { openSecrets } from '../../runtime/secrets.ts';
import { type Db, openStore } from '../../runtime/store.ts';
import { temporaryFolder } from './folder.ts';

const open = (folder: string) =>
  openStore(new Level<string, string>(join(folder, 'db')) as unknown as Db, error => {
    throw error;
  });

/** A data directory with one secret in it. */
async function sealedFolder(t: TestContext, keychain?: Keychain) {
  const folder = temporaryFolder(t);
  const store = await open(folder);
  const key = await loadKey(folder, () => false, keychain ? { keychain } : {});
  const { handle, sealed } = openSecrets({ key, store: { get: () => undefined } }).seal({ token: 'kept' });
  await store.write([store.put(store.secret, handle, sealed)], { sync: true });
  await store.close();
  const reveal = async () => {
    const again = await open(folder);
    try {
      await finishRotation(folder, again, keychain ? { keychain } : {});
      const now = await loadKey(folder, () => true, keychain ? { keychain } : {});
      return { key: now, value: openSecrets({ key: now, store: { get: each => again.secret.getSync(each) } }).reveal(handle) };
    } finally {
      await again.close();
    }
  };
  return { folder, key, reveal };
}

const memoryKeychain = (): Keychain & { kept: Map<string, string> } => {
  const kept = new Map<string, string>();
  return { kept, get: async account => kept.get(account), set: async (account, secret) => void kept.set(account, secret) };
};

test('after a rotation every secret opens under the new key, and the old key opens nothing', async t => {
  const { folder, key, reveal } = await sealedFolder(t);
  assert.equal(await rotateKey(folder), 1);
  const after = await reveal();
  assert.deepEqual(after.value, { token: 'kept' });
  assert.notDeepEqual(after.key, key);
  assert.equal(existsSync(join(folder, 'key.next')), false);
});

test('a rotation that ended before anything was sealed is undone at the next start', async t => {
  const { folder, key, reveal } = await sealedFolder(t);
  writeFileSync(join(folder, 'key.next'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
  const after = await reveal();
  assert.deepEqual([after.key, after.value], [key, { token: 'kept' }]);
});

test('a rotation that ended after all was sealed is finished at the next start', async t => {
  const { folder, reveal } = await sealedFolder(t);
  await rotateKey(folder);
  const now = readFileSync(join(folder, 'key'), 'utf8');
  // As it was at the instant of the crash: the new key still beside the old one.
  writeFileSync(join(folder, 'key.next'), now, { mode: 0o600 });
  writeFileSync(join(folder, 'key'), `${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 });
  assert.deepEqual((await reveal()).value, { token: 'kept' });
});

test('where there is a keychain the key is in it and in no file, also after a rotation; one that fails leaves it to the file', async t => {
  const keychain = memoryKeychain();
  const { folder, reveal } = await sealedFolder(t, keychain);
  assert.deepEqual([keychain.kept.size, existsSync(join(folder, 'key'))], [1, false]);
  await rotateKey(folder, { keychain });
  assert.deepEqual([(await reveal()).value, existsSync(join(folder, 'key'))], [{ token: 'kept' }, false]);
  const broken: Keychain = { get: () => Promise.reject(new Error('locked')), set: () => Promise.reject(new Error('locked')) };
  const other = await sealedFolder(t, broken);
  assert.equal(existsSync(join(other.folder, 'key')), true);
  assert.deepEqual((await other.reveal()).value, { token: 'kept' });
});
