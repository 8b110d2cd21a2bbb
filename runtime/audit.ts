import type { AuditEntry } from '../machines/schema/audit.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { actBy } from './acts.ts';
import { auditKey, checkLink, GENESIS, type Head } from './audit-chain.ts';
import type { Page } from './runtime.ts';
import type { Op, Store } from './store.ts';

export interface AuditFilter {
  who?: string;
  act?: string;
  tool?: string;
  source?: string;
  outcome?: string;
  /** An execution, a policy, a token, a namespace. */
  target?: string;
  since?: string;
  until?: string;
  /** Text that must be somewhere in the entry. */
  q?: string;
  limit?: number;
  cursor?: string;
}

/** Whether the chain holds, and where it does not. */
export interface Verified {
  ok: boolean;
  entries: number;
  first?: number;
  last?: number;
  /** The hash of the newest entry: written down elsewhere, it proves everything before it. */
  head: string;
  problem?: { seq: number; reason: string };
}

/** A page looks at no more entries than this; where few fit, it ends early and says where to go on. */
const LOOKED_AT = 50_000;
const BATCH = 1000;
const ANCHOR = 'auditAnchor';

/** Reading the record, and keeping it within its limits. Entries are written by `store.note`, with the act they are about. */
export function createAudit(store: Store, now: () => Date) {
  const headOf = (key: string): Head => {
    const json = store.meta.getSync(key);
    return typeof json === 'string' ? (JSON.parse(json) as Head) : { seq: 0, hash: GENESIS };
  };

  return {
    /** The newest first. */
    async list(filter: AuditFilter): Promise<Page<AuditEntry>> {
      const limit = filter.limit ?? 100;
      const items: AuditEntry[] = [];
      let looked = 0;
      let last: string | undefined;
      const bounds = { reverse: true, ...(filter.cursor !== undefined && { lt: filter.cursor }) };
      for await (const [key, line] of store.audit.iterator(bounds)) {
        if (items.length === limit || looked === LOOKED_AT) return { items, nextCursor: last! };
        last = key;
        looked += 1;
        const entry = fitting(line, filter);
        if (entry) items.push(entry);
        else if (isOlder(line, filter)) break;
      }
      return { items };
    },

    /** Every entry that fits, oldest first, as the lines they are stored as: what `verify` checks, anybody can check with them. */
    async *lines(filter: AuditFilter): AsyncGenerator<string> {
      for await (const line of store.audit.values()) if (fitting(line, filter)) yield line;
    },

    /** Follows the whole chain. */
    async verify(): Promise<Verified> {
      let before = headOf(ANCHOR);
      const newest = headOf('audit');
      let entries = 0;
      let first: number | undefined;
      const failed = (seq: number, reason: string): Verified => ({
        ok: false,
        entries,
        head: before.hash,
        ...(first !== undefined && { first, last: before.seq }),
        problem: { seq, reason },
      });
      for await (const [key, line] of store.audit.iterator({ lte: auditKey(newest.seq) })) {
        const link = checkLink(line, before);
        if (typeof link === 'string') return failed(Number(key), link);
        if (auditKey(link.seq) !== key) return failed(Number(key), 'it stands in another place than it says');
        first ??= link.seq;
        before = link;
        entries += 1;
        if (entries % BATCH === 0) await new Promise(resolve => setImmediate(resolve));
      }
      if (before.seq < newest.seq)
        return failed(newest.seq, `the newest entries are missing: there were ${newest.seq}, the last one here is ${before.seq}`);
      if (before.hash !== newest.hash) return failed(newest.seq, 'the newest entry is another one than was written last');
      return { ok: true, entries, head: before.hash, ...(first !== undefined && { first, last: before.seq }) };
    },

    /** Removes what is older, from the oldest on; what stays still proves that nothing else is missing. Says how many that were. */
    async tidy(days: number): Promise<number> {
      const cutoff = new Date(now().getTime() - days * 24 * 3_600_000).toISOString();
      let removed = 0;
      for (;;) {
        const ops: Op[] = [];
        let anchor: Head | undefined;
        for await (const [key, line] of store.audit.iterator({ limit: BATCH })) {
          const entry = JSON.parse(line) as AuditEntry;
          if (entry.at > cutoff) break;
          ops.push(store.del(store.audit, key));
          anchor = { seq: entry.seq, hash: entry.hash };
        }
        if (!anchor) return removed;
        await store.write([...ops, store.put(store.meta, ANCHOR, JSON.stringify(anchor))]);
        removed += ops.length;
      }
    },

    /** Puts an administrative act on record whose effect is not in the store. */
    note: async (by: Principal, act: string, target?: string, detail?: unknown): Promise<void> => {
      await store.write([store.note(actBy(by, now().toISOString(), act, target, detail))]);
    },
  };
}
export type Audit = ReturnType<typeof createAudit>;

/** Texts are looked for before a line is read: most do not fit. */
function fitting(line: string, { who, act, tool, source, outcome, target, since, until, q }: AuditFilter): AuditEntry | undefined {
  for (const text of [who, act, tool, source, outcome, target])
    if (text !== undefined && !line.includes(JSON.stringify(text).slice(1, -1))) return undefined;
  if (q !== undefined && !line.toLowerCase().includes(q.toLowerCase())) return undefined;
  const entry = JSON.parse(line) as AuditEntry;
  const isWho = who === undefined || entry.who === who || entry.name === who;
  const isAct = act === undefined || entry.act === act;
  const isTool = tool === undefined || entry.tool === tool;
  const isSource =
    source === undefined || entry.tool?.startsWith(`${source}.`) === true || (entry.tool === undefined && entry.target === source);
  const isOutcome = outcome === undefined || entry.outcome === outcome || entry.code === outcome;
  const isTarget = target === undefined || entry.target === target || entry.target?.startsWith(`${target}.`) === true;
  const isThen = (since === undefined || entry.at >= since) && (until === undefined || entry.at <= until);
  return isWho && isAct && isTool && isSource && isOutcome && isTarget && isThen ? entry : undefined;
}

const isOlder = (line: string, { since }: AuditFilter): boolean => since !== undefined && (JSON.parse(line) as AuditEntry).at < since;
