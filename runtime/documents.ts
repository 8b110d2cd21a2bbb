import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { FaultError } from '../machines/schema/fault.ts';
import type { Reference } from '../machines/schema/reference.ts';
import { newId } from './ids.ts';
import type { Store } from './store.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const describe = (ref: string, bytes: Uint8Array): Reference => ({
  ref,
  bytes: bytes.byteLength,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/**
 * API descriptions. One that came from a URL is only held in memory on its way from fetching to indexing: after a crash it is fetched
 * again. One that was handed over as text is kept, compressed, for as long as its source is there.
 */
export function createDocuments(store: Store) {
  const held = new Map<string, Uint8Array>();
  return {
    hold(bytes: Uint8Array): Reference {
      const reference = describe(newId('held'), bytes);
      held.set(reference.ref, bytes);
      return reference;
    },

    async keep(bytes: Uint8Array): Promise<Reference> {
      const reference = describe(newId('doc'), bytes);
      await store.write([store.put(store.document, reference.ref, await pack(bytes))], { sync: true });
      return reference;
    },

    /** The bytes of a document, which the caller may keep; undefined when it was only held and is gone. */
    async take({ ref }: Reference): Promise<Uint8Array | undefined> {
      const bytes = held.get(ref);
      held.delete(ref);
      if (bytes) return bytes;
      if (ref.startsWith('held_')) return undefined;
      const packed = await store.document.get(ref);
      if (!packed) throw new FaultError('internal', `the document ${ref} is no longer there: add the source again`);
      return unpack(packed);
    },

    /** Lets go of one that was only held; one that is kept stays. */
    release: ({ ref }: Reference): void => {
      held.delete(ref);
    },

    drop: async ({ ref }: Reference): Promise<void> => {
      held.delete(ref);
      if (!ref.startsWith('held_')) await store.write([store.del(store.document, ref)]);
    },
  };
}
export type Documents = ReturnType<typeof createDocuments>;
