import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { FaultError } from '../machines/schema/fault.ts';

/** What a row, a context or an event may hold of a secret. */
export type SecretHandle = `secret_${string}`;

/** Where sealed secrets are kept; written by the caller, in the batch of whatever refers to them. */
export interface SealedStore {
  get(handle: string): string | undefined;
}

export interface Secrets {
  /** Seals a JSON value under a new handle. Nothing is stored: put `sealed` under `handle` in the batch that first names the handle. */
  seal(value: unknown): { handle: SecretHandle; sealed: string };
  /** Seals a value under a handle it has already: for a change of the key. */
  sealAs(handle: string, value: unknown): string;
  /** Opens what was sealed under this handle; throws `internal` when it was tampered with, moved, or sealed under another key. */
  open(handle: string, sealed: string): unknown;
  /** Reads from the store and opens; throws `internal` when nothing is stored under the handle. */
  reveal(handle: string): unknown;
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Secrets at rest: AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, section 8.2.2), the handle as additional data, so that a
 * sealed value opens under its own handle only. The envelope is `v1.` and base64url of nonce, tag and ciphertext.
 *
 * @param key the 32 bytes of `loadKey`; the cipher's key is derived from it, so that it may serve other purposes too
 */
export function openSecrets({ key, store }: { key: Uint8Array; store: SealedStore }): Secrets {
  const cipherKey = Buffer.from(hkdfSync('sha256', key, '', 'executor secrets v1', 32));

  const open = (handle: string, sealed: string): unknown => {
    const [version, payload, ...rest] = sealed.split('.');
    if (version !== VERSION || payload === undefined || rest.length > 0) throw damaged(handle, 'its envelope is of an unknown version');
    const bytes = Buffer.from(payload, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw damaged(handle, 'it is cut short');
    const decipher = createDecipheriv('aes-256-gcm', cipherKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(handle));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(plain.toString('utf8'));
    } catch (error) {
      throw damaged(handle, 'it was changed, or sealed under another key', error);
    }
  };

  const sealAs = (handle: string, value: unknown): string => {
    const text = JSON.stringify(value);
    if (text === undefined) throw new FaultError('internal', 'Only JSON values can be sealed');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(handle));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
  };

  return {
    sealAs,
    seal(value) {
      const handle: SecretHandle = `secret_${randomBytes(16).toString('base64url')}`;
      return { handle, sealed: sealAs(handle, value) };
    },
    open,
    reveal(handle) {
      const sealed = store.get(handle);
      if (sealed === undefined) throw damaged(handle, 'nothing is stored under it');
      return open(handle, sealed);
    },
  };
}

function additionalData(handle: string): Buffer {
  return Buffer.from(`executor ${VERSION} ${handle}`, 'utf8');
}

function damaged(handle: string, why: string, cause?: unknown): FaultError {
  return new FaultError('internal', `The stored credential ${handle} cannot be opened: ${why}. Connect or add the source again`, {
    details: { reason: 'secret_damaged', handle },
    ...(cause !== undefined && { cause }),
  });
}
