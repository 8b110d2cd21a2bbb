import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryLevel } from 'memory-level';
import { createAlarms } from '../../runtime/programs/alarms.ts';
import { createScheduler } from '../../runtime/scheduler.ts';
import { type Db, openStore } from '../../runtime/store.ts';

async function world(t: TestContext) {
  const store = await openStore(new MemoryLevel<string, string>() as unknown as Db, error => {
    throw error;
  });
  t.after(() => store.close());
  return { store, put: (key: string) => store.write([store.put(store.due, key, '')]) };
}

const EARLIER = '2019-01-01T00:00:00.000Z';
const PAST = '2020-01-01T00:00:00.000Z';
const AHEAD = '2199-01-01T00:00:00.000Z';

test('what comes due before the place that was reached, while the index is being looked through, is not missed', async t => {
  const { store, put } = await world(t);
  await put(`${PAST}!call:second`);
  await put(`${AHEAD}!call:far`);
  let looking: Promise<void> | undefined;
  const slowly = {
    async *keys() {
      for (const key of await store.due.keys().all()) {
        yield key;
        await looking;
      }
    },
  };
  const fired = new Set<string>();
  const first = new Promise<void>(resolve => {
    const scheduler = createScheduler(
      { due: slowly } as never,
      () => new Date(),
      (_kind, id) => {
        fired.add(id);
        looking ??= put(`${EARLIER}!call:first`).then(() => void scheduler.run());
        if (id === 'first') resolve();
        return true;
      },
    );
    t.after(() => scheduler.stop());
    void scheduler.run();
  });
  await first;
  assert.deepEqual([...fired], ['second', 'first']);
});

test('a sleep is a row in the index of deadlines until it is over, whatever is slept longer than the calendar goes', async t => {
  const { store } = await world(t);
  const told: string[] = [];
  const alarms = createAlarms(store, at => told.push(at));
  const due = Date.parse('2026-05-01T10:00:00.000Z');
  await store.write([alarms.set('exec_1', 3, due), alarms.set('exec_1', 4, Number.MAX_SAFE_INTEGER)]);
  assert.deepEqual(await store.due.keys().all(), [
    '2026-05-01T10:00:00.000Z!program:exec_1!3',
    '9999-12-31T23:59:59.999Z!program:exec_1!4',
  ]);
  alarms.stored(due);
  assert.deepEqual(told, ['2026-05-01T10:00:00.000Z']);
  await store.write([alarms.clear('exec_1', 3, due), alarms.clear('exec_1', 4, Number.MAX_SAFE_INTEGER)]);
  assert.deepEqual(await store.due.keys().all(), []);
});
