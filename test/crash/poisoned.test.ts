import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { type Db, openStore, type Row } from '../../runtime/store.ts';
import { startDaemon, temporaryDataDir } from '../daemon.ts';
import { frozenRow } from '../fixtures/frozen.ts';
import { opsOf, rowFor, writeRows } from '../fixtures/written.ts';

const COUNT = 1000;
const POISONED = 500;
const idOf = (n: number) => `exec_01kdvqs80${String(n).padStart(17, '0')}`;

/** A thousand executions in a row's state, one of them poisoned. */
async function poison(dataDir: string, template: Row, spoil: (row: Row) => unknown): Promise<void> {
  const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  await writeRows(store, COUNT, n => opsOf(store, idOf(n), rowFor(template, idOf(n))));
  const spoiled = spoil(rowFor(template, idOf(POISONED)));
  const raw = typeof spoiled === 'string' ? spoiled : JSON.stringify(spoiled);
  await db.sublevel('actor', {}).put(`call:${idOf(POISONED)}`, raw);
  await store.close();
}

const poisons: Record<string, (row: Row) => unknown> = {
  'is no JSON': () => '{"kind":"call","ver',
  'is in a state nobody knows': row => ({ ...row, snapshot: { ...row.snapshot, value: 'dreaming' } }),
  'is of a newer build': row => ({ ...row, version: 99 }),
  'has a context that does not fit': row => ({ ...row, snapshot: { ...row.snapshot, context: { id: 7 } } }),
};

const frozen: [string, string][] = [
  ['that waits', 'v1/call-paused'],
  ['that is overdue', 'v1/call-awaiting-approval'],
];

for (const [which, name] of frozen) {
  for (const [how, spoil] of Object.entries(poisons)) {
    test(`one row in a thousand ${which} and ${how}: 999 are fine, one is reported`, async (t: TestContext) => {
      const dataDir = temporaryDataDir(t);
      await (await startDaemon(t, dataDir)).stop();
      await poison(dataDir, frozenRow(name), spoil);
      const { api } = await startDaemon(t, dataDir);
      const shown = await api.get(`/api/executions/${idOf(POISONED)}`);
      assert.equal(shown.status, 500);
      assert.match(shown.body.error.message, /quarantined/);
      const good = await api.get(`/api/executions/${idOf(1)}?wait=20`);
      assert.equal(good.status, 200);
      const listed = await api.get('/api/executions?limit=1000');
      assert.equal(listed.body.items.length, COUNT - 1);
      const actors = await api.get('/api/actors?kind=call&state=quarantined');
      assert.deepEqual(
        actors.body.items.map(({ id, reason }: { id: string; reason: string }) => [id, reason.length > 0]),
        [[idOf(POISONED), true]],
      );
    });
  }
}
