import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { intersect } from '../../runtime/intersect.ts';
import { type Db, openStore, type Store } from '../../runtime/store.ts';

let directory: string;
let store: Store;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'executor-history-'));
  const db = new ClassicLevel<string, string>(directory);
  await db.open();
  store = await openStore(db as unknown as Db, error => assert.fail(String(error)));
});
after(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const places = (prefixes: string[]) => prefixes.map(prefix => ({ space: store.index, prefix }));

async function collect(ids: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const id of ids) found.push(id);
  return found;
}

test('what is under all ranges is found, newest first, whatever the ranges hold', async () => {
  let round = 0;
  const id = fc.integer({ min: 0, max: 900 }).map(n => `exec_${String(n).padStart(4, '0')}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(id, { maxLength: 600 }), { minLength: 1, maxLength: 4 }),
      fc.option(id),
      async (sets, cursor) => {
        round += 1;
        const prefixes = sets.map((_, n) => `r${round}_${n}!`);
        await store.write(sets.flatMap((ids, n) => ids.map(one => store.put(store.index, `${prefixes[n]}${one}`, ''))));
        const expected = sets.reduce((common, ids) => common.filter(one => ids.includes(one)));
        const below = expected
          .filter(one => cursor === null || one < cursor)
          .sort()
          .reverse();
        assert.deepEqual(await collect(intersect(places(prefixes), { before: cursor ?? undefined })), below);
      },
    ),
    { numRuns: 60 },
  );
});

test('a rare range is found among a common one without walking all of it', async () => {
  const common = Array.from({ length: 20_000 }, (_, n) => store.put(store.index, `common!exec_${String(n).padStart(6, '0')}`, ''));
  await store.write([...common, store.put(store.index, 'rare!exec_000007', ''), store.put(store.index, 'rare!exec_019000', '')]);
  assert.deepEqual(await collect(intersect(places(['common!', 'rare!']))), ['exec_019000', 'exec_000007']);
});
