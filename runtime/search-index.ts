import { setImmediate as turn } from 'node:timers/promises';
import { BUILTIN, builtinHits } from './kinds/builtin/tools.ts';
import type { KnownSources } from './known-sources.ts';
import { signature } from './schema/signature.ts';
import { createPacker, piecesOf, type SearchHit } from './search/pack.ts';
import { createSearch } from './search.ts';
import type { Op, Store } from './store.ts';

/** Indexes are opened for so long at a time, in milliseconds, before others have their turn. */
const SLICE_MS = 8;

/**
 * The search over what counts of every source. Each source's index is packed when it is indexed and stored beside its tools: after a
 * start it is opened, not built, a few milliseconds at a time.
 */
export function createSearchIndex(store: Store, sources: KnownSources) {
  const search = createSearch();
  search.open(BUILTIN, 0, packedBuiltin());
  const opened = new Map<string, number>();
  /** The state of the sources that the search is up to. */
  let upTo = -1;
  let working: Promise<void> | undefined;

  function forget(source: string): void {
    search.drop(source);
    opened.delete(source);
  }

  /** Opens the index of one source. One that is not there, or that another version packed, is packed of the hits. */
  function open(source: string): void {
    // It is always open, and no source of the store.
    if (source === BUILTIN) return;
    const revision = sources.revision(source);
    if (revision === undefined) {
      forget(source);
      return;
    }
    if (opened.get(source) === revision) return;
    const packed = stored(source, revision);
    if (!packed || !search.open(source, revision, packed)) search.open(source, revision, repacked(source, revision));
    opened.set(source, revision);
  }

  function stored(source: string, revision: number): Uint8Array | undefined {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = store.packed.getSync(`${source}!${revision}!${pieces.length}`);
      if (piece === undefined) break;
      pieces.push(piece);
    }
    return pieces.length > 1 ? Buffer.concat(pieces) : pieces[0];
  }

  function repacked(source: string, revision: number): Uint8Array {
    const packer = createPacker();
    for (let chunk = 0; ; chunk++) {
      const json = store.hits.getSync(`${source}!${revision}!${chunk}`);
      if (json === undefined) break;
      for (const hit of JSON.parse(json) as SearchHit[]) packer.add(hit);
    }
    const bytes = packer.finish();
    store.write(piecesOf(bytes).map((piece, n) => putPiece(`${source}!${revision}!${n}`, piece))).catch(() => {
      // The writer has already ended all writing and told the daemon.
    });
    return bytes;
  }

  const putPiece = (key: string, piece: Uint8Array): Op => store.put(store.packed, key, piece);

  async function catchUp(): Promise<void> {
    for (let now = sources.changes(); upTo !== now; now = sources.changes()) {
      let from = performance.now();
      for (const source of new Set([...opened.keys(), ...sources.all().map(({ id }) => id)])) {
        open(source);
        if (performance.now() - from < SLICE_MS) continue;
        await turn();
        from = performance.now();
      }
      upTo = now;
    }
  }

  return {
    search,

    /** Resolves when the search is up to what counts now: at once, mostly. */
    async ready(): Promise<void> {
      while (upTo !== sources.changes()) {
        working ??= catchUp().finally(() => {
          working = undefined;
        });
        await working;
      }
    },

    open,
    forget,
    putPiece,
  };
}

/** The index of the tools that are always there. */
function packedBuiltin(): Uint8Array {
  const packer = createPacker();
  for (const { hit, keywords } of builtinHits(({ inputSchema }) => signature(inputSchema, undefined, () => undefined)))
    packer.add({ ...hit, keywords });
  return packer.finish();
}
