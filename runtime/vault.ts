import type { Secrets } from './secrets.ts';
import type { Op, Store } from './store.ts';

/** So long may a request that was given a handle before it was dropped still open it. */
const LEAVING_MS = 30_000;

/**
 * Sealed values with their handles: in the store, and those just sealed that wait for the batch which names them first.
 */
export function createVault(store: Store, secrets: Secrets) {
  const held = new Map<string, string>();
  const opened = new Map<string, unknown>();

  function openForTheLast(handle: string): void {
    try {
      opened.set(handle, secrets.reveal(handle));
    } catch {
      // What cannot be opened is dropped all the same; whoever asks for it is told why.
    }
  }

  return {
    /** Seals a value; it counts once `take`'s operations are stored in the batch that names the handle. */
    hold(value: unknown): string {
      const { handle, sealed } = secrets.seal(value);
      held.set(handle, sealed);
      opened.set(handle, value);
      return handle;
    },

    /** Operations that store what is held under a handle; none when it is stored already. */
    take(handle: string | undefined): Op[] {
      const sealed = handle === undefined ? undefined : held.get(handle);
      if (handle === undefined || sealed === undefined) return [];
      held.delete(handle);
      return [store.put(store.secret, handle, sealed)];
    },

    /** @throws FaultError internal when it is gone or damaged */
    open<T>(handle: string): T {
      if (!opened.has(handle)) opened.set(handle, secrets.reveal(handle));
      return opened.get(handle) as T;
    },

    /**
     * Operations that delete what is under a handle. Until their batch is stored and published, others still find the handle in what they
     * know; for them the value stays in memory a while longer.
     */
    drop(handle: string | undefined): Op[] {
      if (handle === undefined) return [];
      held.delete(handle);
      if (!opened.has(handle)) openForTheLast(handle);
      setTimeout(() => opened.delete(handle), LEAVING_MS).unref();
      return [store.del(store.secret, handle)];
    },
  };
}
export type Vault = ReturnType<typeof createVault>;
