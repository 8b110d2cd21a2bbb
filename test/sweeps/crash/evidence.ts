import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { type Db, type LogRow, openStore, type Row } from '../../../runtime/store.ts';

export interface Claim {
  claimedAt: string;
  closedAt?: string;
  outcome?: string;
}

/** Everything that is on disk once the daemon has ended. */
export interface Evidence {
  rows: Map<string, Row>;
  logs: Map<string, LogRow[]>;
  claims: Map<string, Claim>;
  index: Map<string, string>;
  due: string[];
  active: string[];
  quarantine: { id: string; reason: string }[];
  tools: string[];
  blobs: Map<string, string>;
}

/** Reads a data directory as the runtime itself would. */
export async function readEvidence(dataDir: string): Promise<Evidence> {
  const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  const logs = new Map<string, LogRow[]>();
  for await (const [key, entry] of store.log.iterator()) {
    const name = key.slice(0, key.lastIndexOf('!'));
    const entries = logs.get(name) ?? [];
    entries.push(...entry);
    logs.set(name, entries);
  }
  const evidence: Evidence = {
    rows: new Map(await store.actor.iterator().all()),
    logs,
    claims: new Map(await store.ledger.iterator().all()),
    index: new Map(await store.index.iterator().all()),
    due: await store.due.keys().all(),
    active: await store.active.keys().all(),
    quarantine: await store.quarantine.values().all(),
    tools: await store.tool.keys().all(),
    blobs: new Map(await store.blob.iterator().all()),
  };
  await store.close();
  return evidence;
}
