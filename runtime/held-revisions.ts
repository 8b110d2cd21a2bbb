import type { CallContext } from '../machines/schema/call.ts';
import type { Registry } from './registry.ts';
import type { Op, Store } from './store.ts';
import { isSettled } from './views.ts';

/**
 * Programs stay on the catalog they began with: of each source the revision that their first call to it was resolved in. It is held in the
 * batch of that call, so that a program that is run again after a crash goes on with the same one, and let go of when the program ends.
 *
 * Two rows of the index for each source a program calls: `pinned!<program>!<source>` says which revision, `held!<source>!<revision>!<program>`
 * that its rows are needed. Those of running programs are in memory as well: a call may follow before they are stored.
 */
export function createHeldRevisions(store: Store) {
  const running = new Map<string, Map<string, number>>();

  function pinned(program: string, source: string): number | undefined {
    const known = running.get(program)?.get(source);
    if (known !== undefined) return known;
    const stored = store.index.getSync(pinOf(program, source));
    return stored === undefined ? undefined : Number(stored);
  }

  const keys = (prefix: string) => store.index.keys({ gte: prefix, lt: `${prefix}~` });
  const without = (source: string, revision: number, program: string): Op[] => [
    store.del(store.index, pinOf(program, source)),
    store.del(store.index, holdOf(source, revision, program)),
  ];

  return {
    /** The revision that a call of a program is resolved in, if that is settled already. */
    of({ path, parent, resolved }: Pick<CallContext, 'path' | 'parent' | 'resolved'>): number | undefined {
      return parent === undefined ? undefined : (resolved?.revision ?? pinned(parent, path.slice(0, Math.max(path.indexOf('.'), 0))));
    },

    /** A call of a program was resolved: what holds its revision from now on, if it is the first to this source. */
    hold(program: string, source: string, revision: number): Op[] {
      if (pinned(program, source) !== undefined) return [];
      const sources = running.get(program) ?? new Map<string, number>();
      running.set(program, sources.set(source, revision));
      return [
        store.put(store.index, pinOf(program, source), String(revision)),
        store.put(store.index, holdOf(source, revision, program), ''),
      ];
    },

    /** The program waits for people: what is stored of it need not be in memory. */
    rest(program: string): void {
      const sources = running.get(program);
      for (const source of sources?.keys() ?? []) if (store.index.getSync(pinOf(program, source)) !== undefined) sources!.delete(source);
      if (sources?.size === 0) running.delete(program);
    },

    /** What a program holds by source. The program has ended: it is no longer counted as running. */
    async ended(program: string): Promise<[source: string, revision: number][]> {
      running.delete(program);
      const prefix = pinOf(program, '');
      const rows = await store.index.iterator({ gte: prefix, lt: `${prefix}~` }).all();
      return rows.map(([key, revision]) => [key.slice(prefix.length), Number(revision)]);
    },

    /** Operations after which a program no longer holds a revision. */
    without,

    /** Who holds a revision, the running programs first. */
    async *holders(source: string, revision: number): AsyncIterable<string> {
      for (const [program, sources] of running) if (sources.get(source) === revision) yield program;
      const prefix = holdOf(source, revision, '');
      for await (const key of keys(prefix)) yield key.slice(prefix.length);
    },

    /** Every revision that is held, of one source or of all. */
    async held(only?: string): Promise<[source: string, revision: number][]> {
      const seen = new Set<string>();
      for (const sources of running.values()) for (const [source, revision] of sources) seen.add(`${source}!${revision}`);
      // There may be many holders of each: from one revision the next is looked for, not the next holder.
      let from = only === undefined ? 'held!' : `held!${only}!`;
      const end = `${from}~`;
      for (;;) {
        const [key] = await store.index.keys({ gte: from, lt: end, limit: 1 }).all();
        if (key === undefined) break;
        const [, source = '', revision = ''] = key.split('!');
        seen.add(`${source}!${revision}`);
        from = `${holdOf(source, Number(revision), '')}~`;
      }
      const all = [...seen].map(each => each.split('!') as [string, string]);
      return all.filter(([source]) => only === undefined || source === only).map(([source, revision]) => [source, Number(revision)]);
    },

    /** The source is gone: another one of its name has other revisions. */
    async forget(source: string): Promise<void> {
      for (const sources of running.values()) sources.delete(source);
      const ops: Op[] = [];
      for await (const key of keys(`held!${source}!`)) {
        const [, , revision, program = ''] = key.split('!');
        ops.push(...without(source, Number(revision), program));
      }
      if (ops.length > 0) await store.write(ops);
    },
  };
}
export type HeldRevisions = ReturnType<typeof createHeldRevisions>;

const pinOf = (program: string, source: string): string => `pinned!${program}!${source}`;
const holdOf = (source: string, revision: number, program: string): string => `held!${source}!${revision}!${program}`;

/** Whether a program needs nothing any more. Of one whose row cannot be read nobody knows: it may be mended. */
export function hasEnded(registry: Pick<Registry, 'current'>, program: string): boolean {
  try {
    const known = registry.current('program', program);
    return known === undefined || isSettled(known.state);
  } catch {
    return false;
  }
}
