import type { AbstractBatchOperation, AbstractLevel, AbstractSublevel } from 'abstract-level';
import type { AuditDraft } from '../machines/schema/audit.ts';
import type { Fault } from '../machines/schema/fault.ts';
import { createAuditChain, type Head } from './audit-chain.ts';
import type { DeliveryRow, OutputRow, StepRow } from './programs/rows.ts';
import type { KeptSession, KeptStream, OwedOutcome } from './streams.ts';
import { createWriter, type Writer } from './writer.ts';

/** The kinds of persisted actors. */
export type ActorKind = 'source' | 'call' | 'program' | 'connection';

/** An actor's row: the envelope outlives the code that wrote it (DESIGN, rule 6). */
export interface Row {
  kind: ActorKind;
  /** The version of the machine that wrote the snapshot. */
  version: number;
  seq: number;
  at: string;
  snapshot: RowSnapshot;
}

/** XState's persisted snapshot, as JSON. */
export interface RowSnapshot {
  status: 'active' | 'done' | 'error' | 'stopped';
  value: string;
  context: unknown;
  children: Record<string, { src: string; snapshot: unknown }>;
}

export interface LogRow {
  seq: number;
  at: string;
  event: { type: string };
  state: string;
}

/** An OAuth client at one authorization server; its secret is a handle. */
export interface Registration {
  clientId: string;
  secret?: string;
  tokenAuth: string;
  registeredAt: string;
  /** What it may ask for, where its server said so. */
  scopes?: string[];
}

export interface Quarantined {
  kind: ActorKind;
  id: string;
  reason: string;
  at: string;
  fault: Fault;
}

export type Db = AbstractLevel<string | Buffer | Uint8Array, string, string>;
export type Space<V> = AbstractSublevel<Db, string | Buffer | Uint8Array, string, V>;
export type Op = AbstractBatchOperation<Db, string, unknown>;

/** The layout version of the whole database; an older build refuses a newer one. */
const LAYOUT = 1;

/**
 * The keyspaces. Anything that is an abstract-level will do; LevelDB is the embedded default.
 *
 * actor `<kind>:<id>` · log `<kind>:<id>!<first seq>` · index `<what>!<value>!<id>` · due `<time>!<kind>:<id>` · active `<kind>:<id>` ·
 * ledger `<id>!<attempt>` · blob `<ref>` · document `<ref>` · tool `<ns>!<revision>!<path>` · definition `<ns>!<revision>!<name>` ·
 * hits `<ns>!<revision>!<chunk>` · packed `<ns>!<revision>!<piece>` · journal `<id>!s<step>` and `<id>!d<order>` · output `<id>!<i>` ·
 * stream-session · stream `<session>!<stream>` and `<session>!<stream>!<frame>` · owed `<ns>!<hash of the call>` ·
 * policy · token · secret · session · idempotency · audit `<seq>` · count `<what>` · quarantine · meta
 */
export async function openStore(db: Db, onFatal: (error: unknown) => void) {
  const json = <V>(name: string): Space<V> => db.sublevel<string, V>(name, { valueEncoding: 'json' }) as unknown as Space<V>;
  const text = (name: string): Space<string> => db.sublevel<string, string>(name, { valueEncoding: 'utf8' }) as unknown as Space<string>;
  const spaces = {
    actor: json<Row>('actor'),
    log: json<LogRow[]>('log'),
    index: text('index'),
    due: text('due'),
    active: json<{ boots: number }>('active'),
    ledger: json<{ claimedAt: string; closedAt?: string; outcome?: string }>('ledger'),
    blob: text('blob'),
    document: db.sublevel<string, Uint8Array>('document', { valueEncoding: 'view' }) as unknown as Space<Uint8Array>,
    tool: text('tool'),
    definition: text('definition'),
    hits: text('hits'),
    packed: db.sublevel<string, Uint8Array>('packed', { valueEncoding: 'view' }) as unknown as Space<Uint8Array>,
    journal: json<StepRow | DeliveryRow>('journal'),
    output: json<OutputRow>('output'),
    policy: json<unknown>('policy'),
    token: json<unknown>('token'),
    audit: text('audit'),
    count: json<number>('count'),
    secret: text('secret'),
    /** OAuth clients we registered: `<issuer> <redirect>`. */
    registration: json<Registration>('registration'),
    session: json<{ expiresAt: string; half?: string; kind: 'link' | 'session' }>('session'),
    idempotency: json<{ id: string; inputHash: string; expiresAt: string }>('idempotency'),
    streamSession: json<KeptSession>('stream-session'),
    stream: json<KeptStream | { text: string }>('stream'),
    owed: json<OwedOutcome>('owed'),
    quarantine: json<Quarantined>('quarantine'),
    meta: json<number | string>('meta'),
  };
  await Promise.all(Object.values(spaces).map(space => space.open()));
  // Keys and values are encoded here, once: an operation that names its sublevel costs several times as much in a batch.
  const put = <V>(space: Space<V>, key: string, value: V): Op => {
    const { prefix } = space as unknown as { prefix: string };
    if (value instanceof Uint8Array) return { type: 'put', key: prefix + key, value, valueEncoding: 'view' } as unknown as Op;
    const isText = space.valueEncoding().commonName === 'utf8';
    return { type: 'put', key: prefix + key, value: isText ? (value as string) : JSON.stringify(value) } as unknown as Op;
  };
  const del = <V>(space: Space<V>, key: string): Op =>
    ({ type: 'del', key: (space as unknown as { prefix: string }).prefix + key }) as unknown as Op;

  const chain = createAuditChain(headOf(spaces.meta.getSync('audit')));
  /** Gives the entries of a batch their places in the chain: in the order the batches are written, and with what they are about. */
  const sealed = (ops: readonly Op[]): Op[] => {
    const notes = ops.filter(isNote);
    if (notes.length === 0) return ops as Op[];
    const written = ops.filter(op => !isNote(op));
    for (const { draft } of notes as unknown as Note[]) {
      const { key, line } = chain.seal(draft);
      written.push(put(spaces.audit, key, line));
    }
    written.push(put(spaces.meta, 'audit', JSON.stringify(chain.head())));
    return written;
  };

  const layout = spaces.meta.getSync('layout') ?? LAYOUT;
  if (typeof layout !== 'number' || layout > LAYOUT) {
    throw new Error(
      `this data directory was written by a newer executor (layout ${layout}, this one knows ${LAYOUT}): upgrade, or restore a backup`,
    );
  }
  const writer: Writer<Op> = createWriter({
    cursor: Number(spaces.meta.getSync('cursor') ?? 0),
    stamp: cursor => put(spaces.meta, 'cursor', cursor),
    commit: (ops, sync) => commit(db, sealed(ops), sync),
    onFatal,
  });
  if (spaces.meta.getSync('layout') === undefined) writer.write([put(spaces.meta, 'layout', LAYOUT)]);

  return {
    ...spaces,
    put,
    del,
    /** An operation that appends an entry to the audit chain, in the batch of the act it is about. */
    note: (draft: AuditDraft): Op => ({ type: 'note', draft }) as unknown as Op,
    /** Queues operations for the next batch; resolves with its commit number once it is on disk. */
    write: writer.write,
    writer,
    /** A consistent view of everything, to be closed after use. */
    snapshot: () => db.snapshot(),
    /** Every entry as bytes, as of now. */
    raw: (): AsyncIterable<[Uint8Array, Uint8Array]> =>
      db.iterator<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }) as unknown as AsyncIterable<
        [Uint8Array, Uint8Array]
      >,
    async close() {
      await writer.idle();
      await db.close();
    },
  };
}
interface Note {
  type: 'note';
  draft: AuditDraft;
}
const isNote = (op: unknown): op is Note => (op as { type: string }).type === 'note';
const headOf = (json: unknown): Head | undefined => (typeof json === 'string' ? (JSON.parse(json) as Head) : undefined);

export type Store = Awaited<ReturnType<typeof openStore>>;

/** Writes one batch. Put together op by op: an array of them is copied and checked at several times the cost. */
async function commit(db: Db, ops: readonly Op[], sync: boolean): Promise<void> {
  const batch = db.batch();
  try {
    for (const op of ops as unknown as readonly Encoded[]) {
      if (op.type === 'del') batch.del(op.key);
      else if (op.valueEncoding) batch.put(op.key, op.value, { valueEncoding: op.valueEncoding });
      else batch.put(op.key, op.value);
    }
    await batch.write({ sync } as never);
  } catch (error) {
    await batch.close();
    throw error;
  }
}

interface Encoded {
  type: 'put' | 'del';
  key: string;
  value: string;
  valueEncoding?: 'view';
}
