import { FaultError } from '../machines/schema/fault.ts';
import type { Op, Store } from './store.ts';

const WINDOW_MS = 24 * 3_600_000;

export interface Claimed {
  /** The execution that this key already stands for. */
  existing?: string;
  /** To go into the batch of the new execution's first row. */
  ops: Op[];
  /** Gives the key back when nothing came of the execution. */
  release(): void;
}

/** `Idempotency-Key`: scoped to principal and tool for 24 hours (CONTRACT, section 4). */
export function createIdempotency(store: Store, now: () => Date) {
  /** Claims that may not be on disk yet. */
  const recent = new Map<string, { id: string; inputHash: string; expiresAt: string }>();

  return {
    /** @throws FaultError idempotency_conflict when the key was used with another input */
    claim({
      principal,
      path,
      key,
      id,
      inputHash,
    }: {
      principal: string;
      path: string;
      key: string;
      id: string;
      inputHash: string;
    }): Claimed {
      const name = JSON.stringify([principal, path, key]);
      const time = now().toISOString();
      const known = recent.get(name) ?? store.idempotency.getSync(name);
      if (known && known.expiresAt > time) {
        if (known.inputHash !== inputHash) {
          throw new FaultError('idempotency_conflict', `the key "${key}" was used for another input of ${path}`, {
            details: { executionId: known.id },
          });
        }
        return { existing: known.id, ops: [], release: () => {} };
      }
      const entry = { id, inputHash, expiresAt: new Date(now().getTime() + WINDOW_MS).toISOString() };
      recent.set(name, entry);
      if (recent.size > 1000)
        for (const [old, { expiresAt }] of recent)
          if (old !== name && store.idempotency.getSync(old)?.expiresAt === expiresAt) recent.delete(old);
      return { ops: [store.put(store.idempotency, name, entry)], release: () => recent.delete(name) };
    },
  };
}
export type Idempotency = ReturnType<typeof createIdempotency>;
