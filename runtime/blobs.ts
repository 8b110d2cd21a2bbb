import { createHash } from 'node:crypto';
import { FaultError } from '../machines/schema/fault.ts';
import type { Stored } from '../machines/schema/reference.ts';
import { newId } from './ids.ts';
import type { Store } from './store.ts';

/** Values up to this many bytes of JSON stay in the snapshot (DESIGN, rule 7). */
const INLINE_BYTES = 2048;
/** How many bytes of JSON are kept at hand, so that what was just stored need not be read back. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Values that are too large for a snapshot, kept as JSON text in their own keyspace. */
export function createBlobs(store: Store) {
  const cache = new Map<string, string>();
  let cached = 0;

  function remember(ref: string, json: string): void {
    if (json.length > CACHE_BYTES / 4) return;
    cache.set(ref, json);
    cached += json.length;
    for (const [oldest, text] of cache) {
      if (cached <= CACHE_BYTES) break;
      cache.delete(oldest);
      cached -= text.length;
    }
  }

  /** The JSON text of a stored value. */
  function text(stored: Stored): string {
    if ('value' in stored) return JSON.stringify(stored.value) ?? 'null';
    const found = cache.get(stored.ref) ?? store.blob.getSync(stored.ref);
    if (found === undefined) throw new FaultError('internal', `the stored value ${stored.ref} is no longer there`);
    return found;
  }

  return {
    /**
     * Makes a value fit for a snapshot. A large one is queued for the next batch, so it is on disk no later than any transition
     * that is made after this call.
     */
    keep(value: unknown): Stored {
      const json = JSON.stringify(value) ?? 'null';
      return isSmall(json) ? { value: value ?? null } : lay(json);
    },
    /** The same of a value that is JSON text already. */
    keepJson: (json: string): Stored => (isSmall(json) ? { value: JSON.parse(json) } : lay(json)),
    text,
    value: (stored: Stored): unknown => ('value' in stored ? stored.value : JSON.parse(text(stored))),
  };

  function lay(json: string): Stored {
    const ref = newId('blob');
    remember(ref, json);
    store.write([store.put(store.blob, ref, json)], { patience: 'join' }).catch(() => {
      // The writer has already ended all writing and told the daemon.
    });
    return { ref, bytes: Buffer.byteLength(json), sha256: createHash('sha256').update(json).digest('hex') };
  }
}

const isSmall = (json: string): boolean => json.length <= INLINE_BYTES && Buffer.byteLength(json) <= INLINE_BYTES;

export type Blobs = ReturnType<typeof createBlobs>;
