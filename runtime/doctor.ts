import { readLog } from './log.ts';
import type { Logic } from './logic.ts';
import { differences } from './replay.ts';
import type { ActorKind, Quarantined, Store } from './store.ts';

export interface Diagnosis {
  ok: boolean;
  actors: number;
  /** Actors whose event log does not lead to their row. */
  differences: { kind: ActorKind; id: string; found: string[] }[];
  quarantined: Quarantined[];
  /** Writes that left and of which no outcome is recorded, though nothing is under way. */
  openClaims: { executionId: string; attempt: number; claimedAt: string }[];
}

/** Checks everything that is stored against itself: logs against rows, claims against executions. */
export async function diagnose(store: Store, logics: Record<ActorKind, Logic>): Promise<Diagnosis> {
  const diagnosis: Diagnosis = { ok: true, actors: 0, differences: [], quarantined: [], openClaims: [] };
  for await (const entry of store.quarantine.values()) diagnosis.quarantined.push(entry);
  const setAside = new Set(diagnosis.quarantined.map(({ kind, id }) => `${kind}:${id}`));
  const snapshot = store.snapshot();
  try {
    for await (const [key, row] of store.actor.iterator({ snapshot })) {
      if (setAside.has(key)) continue;
      diagnosis.actors += 1;
      const entries = await readLog(store, key, snapshot);
      const found = differences(logics[row.kind], row, entries);
      if (found.length > 0) diagnosis.differences.push({ kind: row.kind, id: key.slice(row.kind.length + 1), found });
    }
    for await (const [key, { claimedAt, closedAt }] of store.ledger.iterator({ snapshot })) {
      if (closedAt !== undefined) continue;
      const [executionId = '', attempt = ''] = key.split('!');
      const row = await store.actor.get(`call:${executionId}`, { snapshot });
      const knows = (row?.snapshot.context as { interactions?: { kind: string }[] })?.interactions?.some(
        ({ kind }) => kind === 'unknown_outcome',
      );
      if (row && row.snapshot.value !== 'running' && !knows)
        diagnosis.openClaims.push({ executionId, attempt: Number(attempt), claimedAt });
    }
  } finally {
    await snapshot.close();
  }
  diagnosis.ok = diagnosis.differences.length === 0 && diagnosis.quarantined.length === 0 && diagnosis.openClaims.length === 0;
  return diagnosis;
}
