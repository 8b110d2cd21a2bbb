import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { intersect, type Place } from '../../runtime/intersect.ts';
import { type Db, openStore } from '../../runtime/store.ts';
import { temporaryFolder } from './folder.ts';

async function world(t: TestContext) {
  const db = new ClassicLevel<string, string>(temporaryFolder(t));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  t.after(() => store.close());
  return {
    fill: (prefix: string, ids: readonly string[], value = '') => store.write(ids.map(id => store.put(store.index, prefix + id, value))),
    place: (prefix: string, admits?: (value: string) => boolean): Place => ({
      space: store.index,
      prefix,
      ...(admits && { admits }),
    }),
    async found(places: readonly Place[], bounds = {}): Promise<string[]> {
      const ids: string[] = [];
      for await (const id of intersect(places, bounds)) ids.push(id);
      return ids;
    },
  };
}

const id = (n: number): string => String(n).padStart(8, '0');
const range = (from: number, to: number, step = 1): string[] => {
  const ids: string[] = [];
  for (let n = from; n < to; n += step) ids.push(id(n));
  return ids;
};

/** Counts what is read of a place. */
function counting(place: Place) {
  const read = { fetched: 0, asked: 0 };
  const space: Place['space'] = {
    iterator(bounds) {
      const rows = place.space.iterator(bounds);
      return {
        nextv: async size => {
          const fetched = await rows.nextv(size);
          read.fetched += fetched.length;
          return fetched;
        },
        seek: key => rows.seek(key),
        close: () => rows.close(),
      };
    },
    getSync(key) {
      read.asked += 1;
      return place.space.getSync(key);
    },
  };
  return { read, place: { ...place, space } };
}

test('a range with many more ids than another is asked for those of the other, not read', async t => {
  const { fill, place, found } = await world(t);
  await fill('many!', range(0, 40_000));
  await fill('few!', range(0, 40_000, 400));
  for (const order of [0, 1]) {
    const many = counting(place('many!'));
    const places = order ? [place('few!'), many.place] : [many.place, place('few!')];
    assert.deepEqual(await found(places), range(0, 40_000, 400).reverse());
    assert.ok(many.read.fetched < 2_000, `${many.read.fetched} rows were read`);
    assert.ok(many.read.asked <= 100, `${many.read.asked} were asked for`);
  }
});

test('of ranges that lie in different times, neither is read through', async t => {
  const { fill, place, found } = await world(t);
  await fill('old!', [...range(0, 30_000), id(90_000)]);
  await fill('new!', [id(5), ...range(50_000, 80_000)]);
  for (const names of [
    ['old!', 'new!'],
    ['new!', 'old!'],
  ]) {
    const both = names.map(name => counting(place(name)));
    assert.deepEqual(await found(both.map(each => each.place)), [id(5)]);
    const total = both.reduce((sum, { read }) => sum + read.fetched + read.asked, 0);
    assert.ok(total < 5_000, `${total} rows were looked at`);
  }
});

test('whatever the ranges hold, what is in all of them is found, newest first, within the bounds', async t => {
  const { fill, place, found } = await world(t);
  let run = 0;
  const ids = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(3_000), fc.nat(4_000), fc.boolean());
  await fc.assert(
    fc.asyncProperty(
      fc.array(ids, { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(4_000)),
      fc.option(fc.nat(4_000)),
      async (drawn, before, after) => {
        run += 1;
        const places: Place[] = [];
        let expected: string[] | undefined;
        for (const [n, [step, from, length, isNarrowed]] of drawn.entries()) {
          const prefix = `run${run}-${n}!`;
          const all = range(from, from + length, step);
          const admitted = isNarrowed ? all.filter((_, at) => at % 7 !== 3) : all;
          await fill(prefix, admitted, 'yes');
          await fill(prefix, isNarrowed ? all.filter((_, at) => at % 7 === 3) : [], 'no');
          places.push(place(prefix, isNarrowed ? value => value === 'yes' : undefined));
          const has = new Set(admitted);
          expected = (expected ?? admitted).filter(each => has.has(each));
        }
        const bounds = { ...(before !== null && { before: id(before) }), ...(after !== null && { after: id(after) }) };
        const within = expected!.filter(each => (before === null || each < id(before)) && (after === null || each >= id(after)));
        assert.deepEqual(await found(places, bounds), within.reverse());
      },
    ),
    { numRuns: 60 },
  );
});
