import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { FaultError } from '../machines/schema/fault.ts';
import { decodeKey, KEY_BYTES, type KeyPlace, loadKey } from './key.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';
import { openSecrets } from './secrets.ts';
import { type Db, openStore, type Store } from './store.ts';

const NEXT = 'key.next';
const fingerprint = (key: Uint8Array): string => createHash('sha256').update('executor key ').update(key).digest('hex').slice(0, 32);

/**
 * Seals every secret under a new key. The new key is on disk before anything is sealed under it, all is sealed in one batch that says
 * under which, and only then it takes the old one's place; a crash in between is finished, or undone, at the next start.
 * @returns how many secrets were sealed anew
 * @throws FaultError internal when a daemon holds the directory
 */
export async function rotateKey(dataDir: string, place: KeyPlace = {}): Promise<number> {
  const db = new Level<string, string>(join(dataDir, 'db'), { createIfMissing: false });
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  }).catch((cause: unknown) => {
    throw new FaultError('internal', `the key of ${dataDir} cannot be changed now: stop the daemon first (executor daemon stop)`, {
      cause,
    });
  });
  try {
    await finishRotation(dataDir, store, place);
    const old = openSecrets({ key: await loadKey(dataDir, () => true, place), store: { get: handle => store.secret.getSync(handle) } });
    const key = randomBytes(KEY_BYTES);
    createPrivateFile(join(dataDir, NEXT), `${key.toString('base64')}\n`);
    const fresh = openSecrets({ key, store: { get: () => undefined } });
    const ops = [store.put(store.meta, 'keyId', fingerprint(key))];
    for await (const [handle, sealed] of store.secret.iterator()) {
      ops.push(store.put(store.secret, handle, fresh.sealAs(handle, old.open(handle, sealed))));
    }
    await store.write(ops, { sync: true });
    await finishRotation(dataDir, store, place);
    // What was sealed under the old key is gone from the files, too.
    await (db as unknown as { compactRange(from: string, to: string): Promise<void> }).compactRange('', '~');
    return ops.length - 1;
  } finally {
    await store.close();
  }
}

/** Puts a new key in its place when the secrets are sealed under it, and throws it away when they are not. */
export async function finishRotation(dataDir: string, store: Pick<Store, 'meta'>, { keychain }: KeyPlace = {}): Promise<void> {
  const next = join(dataDir, NEXT);
  const text = existsSync(next) ? readPrivateFile(next) : undefined;
  if (text === undefined) return;
  if (store.meta.getSync('keyId') !== fingerprint(decodeKey(text, next))) return rmSync(next, { force: true });
  const file = join(dataDir, 'key');
  if (!existsSync(file) && (await keychain?.get(dataDir).catch(() => undefined)) !== undefined) {
    await keychain!.set(dataDir, text.trim());
    return rmSync(next, { force: true });
  }
  renameSync(next, file);
}
