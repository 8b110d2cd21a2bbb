import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryLevel } from 'memory-level';
import { builtinTools } from '../../runtime/kinds/builtin/tools.ts';
import type { KnownSources } from '../../runtime/known-sources.ts';
import { createPacker, piecesOf, type SearchHit } from '../../runtime/search/pack.ts';
import { createSearchIndex } from '../../runtime/search-index.ts';
import { type Db, openStore, type Store } from '../../runtime/store.ts';

/** Sources as the runtime knows them: which revision counts, and how often anything has changed. */
function knownSources() {
  const revisions = new Map<string, number>();
  let changes = 0;
  const known = {
    all: () => [...revisions.keys()].sort().map(id => ({ id })),
    revision: (id: string) => revisions.get(id),
    changes: () => changes,
  } as unknown as KnownSources;
  const set = (id: string, revision: number | undefined): void => {
    if (revision === undefined) revisions.delete(id);
    else revisions.set(id, revision);
    changes++;
  };
  return { known, set };
}

const hitsOf = (source: string, ...names: string[]): SearchHit[] =>
  names.map(name => ({ path: `${source}.things.${name}`, source, description: name, effect: 'read', signature: '()', keywords: '' }));

let store: Store;
before(async () => {
  store = await openStore(new MemoryLevel<string, string>() as unknown as Db, error => assert.fail(String(error)));
});
after(() => store.close());

async function keep(source: string, revision: number, hits: SearchHit[], packed?: Uint8Array): Promise<void> {
  await store.hits.put(`${source}!${revision}!0`, JSON.stringify(hits));
  if (packed) for (const [n, piece] of piecesOf(packed).entries()) await store.packed.put(`${source}!${revision}!${n}`, piece);
}

function packed(hits: SearchHit[]): Uint8Array {
  const packer = createPacker();
  for (const hit of hits) packer.add(hit);
  return packer.finish();
}

test('a packed index is opened as it was stored, in however many pieces', async () => {
  const names = Array.from({ length: 3_000 }, (_, n) => `fetch${'x'.repeat(60)}Number${n}`);
  const hits = hitsOf('large', ...names);
  const bytes = packed(hits);
  assert.ok(piecesOf(bytes).length > 1);
  // Other words in the rows: what is found must come from the packed index.
  await keep('large', 1, hitsOf('large', 'nothing'), bytes);
  const { known, set } = knownSources();
  const index = createSearchIndex(store, known);
  set('large', 1);
  await index.ready();
  assert.equal(index.search.count(), 3_000 + builtinTools.size);
  assert.equal(index.search.query({ q: 'number 2999', limit: 1 }).items[0]?.path, hits[2_999]!.path);
});

test('what another version packed, and what is damaged, is packed again of the rows, and stored', async () => {
  const hits = hitsOf('old', 'createParcel', 'deleteParcel');
  const foreign = packed(hits);
  new Uint32Array(foreign.buffer, 0, 1)[0] = 4_711;
  await keep('old', 1, hits, foreign);
  await keep('cut', 1, hitsOf('cut', 'sendLetter'), packed(hitsOf('cut', 'sendLetter')).slice(0, 50));
  await keep('bare', 1, hitsOf('bare', 'foldPaper'));
  const { known, set } = knownSources();
  for (const id of ['old', 'cut', 'bare']) set(id, 1);
  const index = createSearchIndex(store, known);
  await index.ready();
  for (const [q, path] of [
    ['delete parcel', 'old.things.deleteParcel'],
    ['send letter', 'cut.things.sendLetter'],
    ['fold paper', 'bare.things.foldPaper'],
  ]) {
    assert.equal(index.search.query({ q: q!, limit: 1 }).items[0]?.path, path);
  }
  await store.writer.idle();
  for (const id of ['old', 'cut', 'bare']) await store.hits.put(`${id}!1!0`, '[]');
  const again = createSearchIndex(store, known);
  await again.ready();
  assert.equal(again.search.count(), 4 + builtinTools.size);
});

test('a new revision replaces the old one, and a source that is gone is no longer found', async () => {
  await keep('shop', 1, hitsOf('shop', 'listBooks'));
  await keep('shop', 2, hitsOf('shop', 'listJournals'));
  const { known, set } = knownSources();
  const index = createSearchIndex(store, known);
  const found = async (q: string) => {
    await index.ready();
    return index.search.query({ q, limit: 5 }).items.map(({ path }) => path);
  };
  set('shop', 1);
  assert.deepEqual(await found('books'), ['shop.things.listBooks']);
  set('shop', 2);
  assert.deepEqual(await found('books'), []);
  assert.deepEqual(await found('journals'), ['shop.things.listJournals']);
  set('shop', undefined);
  assert.deepEqual(await found('journals'), []);
  assert.equal(index.search.count(), builtinTools.size);
});

test('a change while the index is being brought up is not missed, and all who wait are told once it is in', async () => {
  await keep('first', 1, hitsOf('first', 'seeOne'));
  await keep('second', 1, hitsOf('second', 'seeTwo'));
  const { known, set } = knownSources();
  const index = createSearchIndex(store, known);
  set('first', 1);
  const waiting = index.ready();
  set('second', 1);
  await Promise.all([waiting, index.ready()]);
  assert.equal(index.search.count(), 2 + builtinTools.size);
});
