import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryLevel } from 'memory-level';
import type { AnyStateMachine } from 'xstate';
import { sourceMachine } from '../../machines/source.ts';
import { createRuntime } from '../../runtime/create.ts';
import { createDeadlines } from '../../runtime/deadlines.ts';
import { openDatabase } from '../../runtime/open-database.ts';
import { createAlarms } from '../../runtime/programs/alarms.ts';
import { createScheduler } from '../../runtime/scheduler.ts';
import { createSourceLogic } from '../../runtime/source-logic.ts';
import { advance, begin } from '../../runtime/step.ts';
import { type Db, openStore } from '../../runtime/store.ts';
import { answerJson, recordUpstream } from '../upstream-recorder.ts';
import { temporaryFolder } from './folder.ts';

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

test('a source that is out of reach is tried again later and later, at times that its row says, and at once when one has come', () => {
  const machine = sourceMachine as unknown as AnyStateMachine;
  const { due } = createSourceLogic({} as never);
  const outage = { code: 'upstream_unreachable', message: 'nobody is there' };
  let at = '2026-03-01T12:00:00.000Z';
  const minutes: number[] = [];
  let [snapshot] = begin(machine, { namespace: 'shop', requestHash: 'h', origin: 'http://shop.example', at });
  for (let n = 0; n < 9; n++) {
    [snapshot] = advance(machine, snapshot, { type: 'xstate.error.actor.detect', actorId: 'detect', error: outage, at } as never);
    assert.equal(snapshot.value, 'failed');
    const then = due(snapshot)!;
    minutes.push((Date.parse(then) - Date.parse(at)) / 60_000);
    at = then;
    // What the scheduler finds in the index when that time has come.
    const sent: unknown[] = [];
    const registry = () => ({ send: (_kind: string, _id: string, event: object) => sent.push(event) });
    createDeadlines({ registry, isFresh: () => false, log: assert.fail } as never)('source', 'shop', then);
    assert.deepEqual(sent, [{ type: 'refresh' }]);
    [snapshot] = advance(machine, snapshot, { type: 'refresh', at } as never);
    assert.equal(snapshot.value, 'detecting');
  }
  assert.deepEqual(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('a source is fetched again a day after it was, or as often as the owner says, or not at all', async t => {
  const document = { openapi: '3.0.3', info: { title: 'Shop', version: '1' }, paths: { '/books': { get: { responses: {} } } } };
  const upstream = await recordUpstream(t, (_, res) => answerJson(res, 200, document));
  for (const [refreshHours, deadlines] of [
    [undefined, ['2026-03-02T12:00:00.000Z!source:shop']],
    [2, ['2026-03-01T14:00:00.000Z!source:shop']],
    [0, []],
  ] as const) {
    const dataDir = temporaryFolder(t);
    const runtime = await createRuntime({ dataDir, now: () => new Date('2026-03-01T12:00:00.000Z') });
    if (refreshHours !== undefined) await runtime.maintenance.updateSettings({ refreshHours });
    await runtime.sources.add({ namespace: 'shop', url: `${upstream.origin}/openapi.json`, allowPrivate: true });
    const { state } = await runtime.sources.wait('shop');
    await runtime.close();
    assert.equal(state, 'ready');
    const store = await openDatabase(dataDir, error => assert.fail(String(error)));
    assert.deepEqual(await store.due.keys().all(), deadlines);
    await store.close();
  }
});
