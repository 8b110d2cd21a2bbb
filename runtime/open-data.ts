import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from './data-dir.ts';
import { loadKey } from './key.ts';
import { openKeychain } from './keychain.ts';
import { openDatabase } from './open-database.ts';
import { finishRotation } from './rotate-key.ts';
import { createSealedEnv } from './sealed-env.ts';
import { createSealedHeaders } from './sealed-headers.ts';
import { openSecrets } from './secrets.ts';
import { loadToken } from './token.ts';

/**
 * Opens what lies in a data directory: the database, the owner's token, the key and what is sealed with it.
 * @throws FaultError internal when another process holds the directory, it cannot be written, or the key does not fit
 */
export async function openData(directory: string, onFatal: (error: unknown) => void) {
  const dataDir = openDataDir(directory);
  const store = await openDatabase(dataDir, onFatal);
  const token = loadToken(dataDir);
  const keychain = existsSync(join(dataDir, 'key')) ? undefined : await openKeychain();
  const keyPlace = keychain ? { keychain } : {};
  await finishRotation(dataDir, store, keyPlace);
  const key = await loadKey(dataDir, async () => (await store.secret.keys({ limit: 1 }).all()).length > 0, keyPlace);
  const secrets = openSecrets({ key, store: { get: handle => store.secret.getSync(handle) } });
  return { dataDir, store, token, key, secrets, headers: createSealedHeaders(store, secrets), env: createSealedEnv(store, secrets) };
}
