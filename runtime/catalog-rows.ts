import type { HeldRevisions } from './held-revisions.ts';
import type { KnownSources } from './known-sources.ts';
import type { Space, Store } from './store.ts';
import { createTurns } from './turns.ts';

type Rows = Space<string> | Space<Uint8Array>;

/** The rows of one revision of a source's catalog, or of all. */
export function revisionRange(source: string, revision?: number) {
  const prefix = revision === undefined ? source : `${source}!${revision}`;
  return { gte: `${prefix}!`, lt: `${prefix}"` };
}

/** When rows of the catalog go: with the next revision, unless a program still needs them, and then with the last such program. */
export function createCatalogRows(parts: {
  store: Store;
  sources: KnownSources;
  held: HeldRevisions;
  /** Whether a program has ended. */
  isOver: (program: string) => boolean;
  /** Told of a source of which rows go. */
  onGone: (source: string) => void;
}) {
  const { store, sources, held, isOver, onGone } = parts;
  /** What a search is made of, and what calls need. */
  const found: readonly Rows[] = [store.hits, store.packed];
  /** Tools go last: by them it is found at the next start that a revision was being removed. */
  const called: readonly Rows[] = [store.definition, store.tool];
  const inTurn = createTurns(1);

  async function isNeeded(source: string, revision: number): Promise<boolean> {
    for await (const program of held.holders(source, revision)) if (!isOver(program)) return true;
    return false;
  }

  /** Rows first: a crash in between leaves the holds, by which the rest is found. Of a source that is gone all went at once. */
  async function dropUnneeded(source: string, revision: number): Promise<void> {
    if (revision >= (sources.revision(source) ?? 0) || (await isNeeded(source, revision))) return;
    for (const space of called) await space.clear(revisionRange(source, revision));
    onGone(source);
    for await (const program of held.holders(source, revision)) await store.write(held.without(source, revision, program));
  }

  return {
    /** Leftovers of an attempt to write this revision that a crash ended. */
    async clear(source: string, revision: number): Promise<void> {
      for (const space of [...found, ...called]) await space.clear(revisionRange(source, revision));
    },

    /** Removes all revisions of a source, or those before one, but for what programs still need. */
    prune: (source: string, before?: number): Promise<void> =>
      inTurn(async () => {
        onGone(source);
        for (const space of [...found, ...called]) {
          if (before === undefined) await space.clear(revisionRange(source));
          else for (const revision of await revisionsIn(space, source)) if (revision < before) await dropFrom(space, source, revision);
        }
        if (before === undefined) await held.forget(source);
      }),

    /** A program has ended: what only it needed goes. */
    letGo: (program: string): Promise<void> =>
      inTurn(async () => {
        for (const [source, revision] of await held.ended(program)) {
          await dropUnneeded(source, revision);
          await store.write(held.without(source, revision, program));
        }
      }),

    /** Resolves when what has been asked for so far has gone. */
    idle: (): Promise<void> => inTurn(async () => {}),

    /**
     * Finishes what a crash has left: rows of programs that had ended, of a revision that was being removed, of one that was being written.
     * To be called at the start, before anything writes. What is set aside is left as it is.
     */
    async sweep(): Promise<void> {
      for (const [source, revision] of await held.held()) await dropUnneeded(source, revision);
      for await (const [source, revision] of revisions()) {
        const counting = sources.revision(source);
        if (!sources.get(source) || revision === counting) continue;
        if (counting === undefined || revision > counting || !(await isNeeded(source, revision)))
          for (const space of [...found, ...called]) await space.clear(revisionRange(source, revision));
      }
    },
  };

  /** Every revision that there are tools of: from one the next is looked for, not the next row. */
  async function* revisions(): AsyncGenerator<[source: string, revision: number]> {
    const keys = store.tool.keys();
    try {
      for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
        const [source = '', revision = ''] = key.split('!', 2);
        yield [source, Number(revision)];
        keys.seek(revisionRange(source, Number(revision)).lt);
      }
    } finally {
      await keys.close();
    }
  }

  async function dropFrom(space: Rows, source: string, revision: number): Promise<void> {
    const isCalled = space === store.tool || space === store.definition;
    if (!isCalled || !(await isNeeded(source, revision))) await space.clear(revisionRange(source, revision));
  }

  /** From one revision the next is looked for, not the next row. What is being written is later than what counts. */
  async function revisionsIn(space: Rows, source: string): Promise<number[]> {
    const revisions: number[] = [];
    const { gte, lt } = revisionRange(source);
    for (let from = gte; ; ) {
      const [key] = await (space as Space<unknown>).keys({ gte: from, lt, limit: 1 }).all();
      if (key === undefined) return revisions;
      const revision = Number(key.split('!', 2)[1]);
      revisions.push(revision);
      from = revisionRange(source, revision).lt;
    }
  }
}
