import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { createRuntime } from '../../runtime/create.ts';
import { type Db, openStore } from '../../runtime/store.ts';

test('data of a newer build is refused with what to do, and nothing in it is changed', async t => {
  const dataDir = join(await mkdtemp(join(tmpdir(), 'executor-newer-')), 'data');
  t.after(() => rm(join(dataDir, '..'), { recursive: true, force: true }));
  await (await createRuntime({ dataDir })).close();
  const open = async () => {
    const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
    await db.open();
    return db;
  };
  const all = async () => {
    const db = await open();
    const entries = await db.iterator().all();
    await db.close();
    return entries;
  };

  const db = await open();
  const store = await openStore(db as unknown as Db, error => assert.fail(String(error)));
  await store.write([store.put(store.meta, 'layout', 2)]);
  await store.close();
  const before = await all();
  await assert.rejects(
    createRuntime({ dataDir }),
    /written by a newer executor \(layout 2, this one knows 1\): upgrade, or restore a backup/,
  );
  assert.deepEqual(await all(), before);
});
