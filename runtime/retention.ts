import type { CallContext } from '../machines/schema/call.ts';
import { indexRows, planOf, programRows, rangesOf } from './execution-index.ts';
import { intersect } from './intersect.ts';
import type { Journal } from './programs/journal.ts';
import type { ProgramShows } from './programs/output.ts';
import type { Registry } from './registry.ts';
import type { SettingsStore } from './settings.ts';
import type { Op, Store } from './store.ts';
import { isSettled } from './views.ts';

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;
/** So many executions are removed in one batch; between batches others get their turn. */
const BATCH = 100;

/** Keeps the history within its limits, in the background. What is not settled is never removed. */
export function createRetention(parts: {
  store: Store;
  registry: Registry;
  journal: Journal;
  output: ProgramShows;
  settings: SettingsStore;
  now: () => Date;
  log: (line: string) => void;
  /** What else is tidied with it. */
  also?: () => Promise<void>;
}) {
  const { store, registry, journal, output, settings, now, log, also } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;

  /** Everything that belongs to one execution, its calls included. */
  async function remove(id: string, endedBefore?: string): Promise<Op[]> {
    const actor = registry.stored('call', id);
    if (!actor) return removeProgram(id, endedBefore);
    if (!isSettled(actor.state)) return [];
    if (endedBefore !== undefined && (actor.context.endedAt ?? '') > endedBefore) return [];
    const ops = await registry.erase('call', id);
    for (const [key] of indexRows(id, actor.state, actor.context)) ops.push(store.del(store.index, key));
    const { input, askedInput, result } = actor.context as CallContext;
    for (const kept of [input, askedInput, result]) if (kept && 'ref' in kept) ops.push(store.del(store.blob, kept.ref));
    for await (const claim of store.ledger.keys({ gte: `${id}!`, lt: `${id}"` })) ops.push(store.del(store.ledger, claim));
    return ops;
  }

  /** A program with its calls, or nothing of it while one of them is under way. */
  async function removeProgram(id: string, endedBefore?: string): Promise<Op[]> {
    const actor = registry.stored('program', id);
    if (!actor || !isSettled(actor.state)) return [];
    if (endedBefore !== undefined && (actor.context.endedAt ?? '') > endedBefore) return [];
    const prefix = `parent!${id}!`;
    const children = (await store.index.keys({ gte: prefix, lt: `parent!${id}"` }).all()).map(key => key.slice(prefix.length));
    const ops: Op[] = [];
    for (const child of children) {
      const own = await remove(child);
      if (own.length === 0) return [];
      ops.push(...own);
    }
    for (const [key] of programRows(id, actor.state, actor.context)) ops.push(store.del(store.index, key));
    const { code, result } = actor.context;
    for (const kept of [code, result]) if (kept && 'ref' in kept) ops.push(store.del(store.blob, kept.ref));
    ops.push(...(await registry.erase('program', id)), ...(await journal.drop(id)), ...(await output.drop(id)));
    return ops;
  }

  async function sweep(): Promise<number> {
    const { historyDays, historyCount } = settings.get();
    const cutoff = new Date(now().getTime() - historyDays * DAY_MS).toISOString();
    const { ranges, before } = planOf({ until: cutoff }, undefined);
    let removed = await clear(intersect(rangesOf(store, ranges), { before }), cutoff);
    let kept = 0;
    const beyond = (async function* () {
      for await (const id of intersect([{ space: store.index, prefix: 'all!' }])) if (++kept > historyCount) yield id;
    })();
    removed += await clear(beyond);
    await expire();
    await also?.();
    return removed;
  }

  async function clear(ids: AsyncIterable<string>, endedBefore?: string): Promise<number> {
    let removed = 0;
    let ops: Op[] = [];
    for await (const id of ids) {
      const own = await remove(id, endedBefore).catch((): Op[] => {
        // A quarantined row stays where it is, for a person to look at.
        return [];
      });
      if (own.length === 0) continue;
      ops.push(...own);
      removed += 1;
      if (removed % BATCH !== 0) continue;
      await store.write(ops);
      ops = [];
    }
    if (ops.length > 0) await store.write(ops);
    return removed;
  }

  /** Idempotency keys end by themselves. */
  async function expire(): Promise<void> {
    const past = now().toISOString();
    const ops: Op[] = [];
    for await (const [key, { expiresAt }] of store.idempotency.iterator())
      if (expiresAt <= past) ops.push(store.del(store.idempotency, key));
    if (ops.length > 0) await store.write(ops);
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      run()
        .catch((error: unknown) => log(`the history could not be tidied: ${error}`))
        .finally(() => schedule(EVERY_MS));
    }, ms);
    timer.unref();
  }

  function run(): Promise<number> {
    running ??= sweep().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    start: () => schedule(FIRST_MS),
    /** Removes what is beyond the limits now; resolves with how many executions that were. */
    run,
    async stop(): Promise<void> {
      clearTimeout(timer);
      await running?.catch(() => 0);
      clearTimeout(timer);
    },
  };
}
