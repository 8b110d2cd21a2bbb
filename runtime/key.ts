import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { FaultError } from '../machines/schema/fault.ts';
import type { Keychain } from './keychain.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

export const KEY_BYTES = 32;

/** Where a key may be kept besides its file. */
export interface KeyPlace {
  keychain?: Keychain;
}

/**
 * Reads the data directory's key, or creates it: 32 random bytes in base64, kept before they are used. It is in the operating system's
 * keychain where there is one that works, else in the file `key`; a file that is there is used.
 *
 * @param hasSealed says whether anything sealed is stored; asked only when there is no key, because a new key could never open it
 * @throws `internal` when the file is damaged, or is missing although something is sealed under it
 */
export async function loadKey(dataDir: string, hasSealed: () => boolean | Promise<boolean>, { keychain }: KeyPlace = {}): Promise<Buffer> {
  const file = path.join(dataDir, 'key');
  const present = readPrivateFile(file);
  if (present !== undefined) return decodeKey(present, file);
  // A keychain that is locked or broken is none; what was kept in it is missed below.
  const kept = await keychain?.get(dataDir).catch(() => undefined);
  if (kept !== undefined) return decodeKey(kept, `the keychain's entry for ${dataDir}`);
  if (await hasSealed()) {
    throw new FaultError(
      'internal',
      `${file} is missing, and stored credentials are sealed under it; put it back from a backup, or remove the sources that use them`,
      {
        details: { reason: 'key_missing', path: file },
      },
    );
  }
  const fresh = randomBytes(KEY_BYTES).toString('base64');
  if (keychain && (await isKept(keychain, dataDir, fresh))) return decodeKey(fresh, 'the keychain');
  createPrivateFile(file, `${fresh}\n`);
  return decodeKey(readPrivateFile(file) ?? '', file); // read back: another process may have been first
}

/** Whether the keychain has taken it: it is read back, for some say yes and forget. */
const isKept = (keychain: Keychain, account: string, secret: string): Promise<boolean> =>
  keychain
    .set(account, secret)
    .then(() => keychain.get(account))
    .then(
      kept => kept === secret,
      () => false,
    );

/** @throws FaultError internal for what is no key */
export function decodeKey(text: string, file: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (key.length === KEY_BYTES && key.toString('base64') === trimmed) return key;
  throw new FaultError(
    'internal',
    `${file} is damaged: it must hold ${KEY_BYTES} bytes in base64 (it holds ${key.length}); put it back from a backup`,
    {
      details: { reason: 'key_damaged', path: file },
    },
  );
}
