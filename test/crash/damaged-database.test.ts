import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DaemonProcess, startDaemon } from '../daemon.ts';
import { addShop, ask, missing } from './shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'executor-damage-'));
const whole = join(folder, 'whole');
const settled = join(folder, 'settled');
let ids: string[] = [];

/** Two intact data directories: one whose rows are still in the journal, and one whose rows are in tables. */
before(async () => {
  const ending = { after: () => {} };
  const daemon = await startDaemon(ending, whole);
  await addShop(daemon);
  ids = await ask(daemon, 60, 'word '.repeat(100));
  assert.equal(ids.length, 60);
  await daemon.kill();
  cpSync(whole, settled, { recursive: true });
  await (await startDaemon(ending, settled)).stop();
});
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const find = (dataDir: string, name: RegExp): string => {
  const [found] = readdirSync(join(dataDir, 'db'))
    .filter(file => name.test(file))
    .map(file => join(dataDir, 'db', file))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  if (!found) throw new Error(`there is no ${name} in ${dataDir}`);
  return found;
};

function overwrite(file: string, from: number, length: number): void {
  const bytes = readFileSync(file);
  for (let at = Math.floor(from * bytes.length), end = Math.min(at + length, bytes.length); at < end; at++) bytes[at] = (at * 7919) % 251;
  writeFileSync(file, bytes);
}

const fatal: Record<string, { from: string; damage(dataDir: string): void }> = {
  'CURRENT is garbage': { from: whole, damage: dir => writeFileSync(find(dir, /^CURRENT$/), 'garbage\n') },
  'CURRENT is gone': { from: settled, damage: dir => rmSync(find(dir, /^CURRENT$/)) },
  'the manifest is garbage': { from: whole, damage: dir => overwrite(find(dir, /^MANIFEST/), 0, 1e6) },
  'the manifest is gone': { from: whole, damage: dir => rmSync(find(dir, /^MANIFEST/)) },
  'the journal is overwritten in the middle': { from: whole, damage: dir => overwrite(find(dir, /\.log$/), 0.5, 500) },
  'the journal is overwritten at its beginning': { from: whole, damage: dir => overwrite(find(dir, /\.log$/), 0, 100) },
  'the journal is gone': { from: settled, damage: dir => rmSync(find(dir, /\.log$/)) },
  'a table is gone': { from: settled, damage: dir => rmSync(find(dir, /\.ldb$/)) },
  'a table is garbage': { from: settled, damage: dir => overwrite(find(dir, /\.ldb$/), 0, 1e7) },
};

for (const [name, { from, damage }] of Object.entries(fatal)) {
  test(`when ${name}, the daemon says so, ends with 1 and changes nothing`, async t => {
    const dataDir = join(folder, 'case');
    t.after(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
    cpSync(from, dataDir, { recursive: true });
    damage(dataDir);
    for (const attempt of ['at first', 'again']) {
      const error = (await startDaemon(t, dataDir).then(
        () => assert.fail(`it started ${attempt}`),
        (failed: Error) => failed,
      )) as Error;
      assert.match(error.message, /ended with 1/, attempt);
      assert.match(error.message, new RegExp(`${dataDir}.*(damaged|cannot be opened|not readable)`), attempt);
    }
  });
}

async function allThere(daemon: DaemonProcess): Promise<void> {
  assert.deepEqual(await missing(daemon, ids), []);
  const listed = await daemon.api.get('/api/executions?state=pending&limit=1000');
  assert.equal(listed.body.items.length, ids.length);
}

test('a journal that ends in the middle of a record is what a power cut leaves: what was whole is there', async t => {
  const dataDir = join(folder, 'case');
  t.after(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(whole, dataDir, { recursive: true });
  const journal = find(dataDir, /\.log$/);
  truncateSync(journal, statSync(journal).size - 10);
  const daemon = await startDaemon(t, dataDir);
  assert.ok((await missing(daemon, ids)).length <= 1);
});

test('a part of a table that is overwritten is noticed when it is read, or not needed: nothing is lost in silence', async t => {
  const dataDir = join(folder, 'case');
  t.after(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(settled, dataDir, { recursive: true });
  overwrite(find(dataDir, /\.ldb$/), 0.5, 4000);
  const daemon = await startDaemon(t, dataDir).catch((failed: Error) => failed);
  if (daemon instanceof Error) assert.match(daemon.message, /ended with 1/);
  else await allThere(daemon);
});

test('intact copies start, so the cases above are about the damage', async t => {
  for (const from of [whole, settled]) {
    const daemon = await startDaemon(t, from);
    await allThere(daemon);
    await daemon.kill();
  }
});
