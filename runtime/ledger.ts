import type { Op, Store } from './store.ts';

/**
 * What has left this machine, and what is known of it.
 *
 * L1. A claim is on disk (fsync) before the first byte of a write leaves.
 * L2. The outcome closes the claim in the batch of the transition that it causes.
 * L3. A claim without an outcome means: nobody knows. Nobody guesses.
 */
export function createLedger(store: Store, now: () => Date) {
  const name = (id: string, attempt: number) => `${id}!${attempt}`;
  return {
    claim: (id: string, attempt: number): Op[] => [store.put(store.ledger, name(id, attempt), { claimedAt: now().toISOString() })],

    close(id: string, attempt: number, outcome: 'answered' | 'not_sent' | 'unknown'): Op[] {
      const closedAt = now().toISOString();
      const claimedAt = store.ledger.getSync(name(id, attempt))?.claimedAt ?? closedAt;
      return [store.put(store.ledger, name(id, attempt), { claimedAt, closedAt, outcome })];
    },

    /** True when the attempt was claimed and no outcome is known. */
    open(id: string, attempt: number): boolean {
      const entry = store.ledger.getSync(name(id, attempt));
      return entry !== undefined && entry.closedAt === undefined;
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;
