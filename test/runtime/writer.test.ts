import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriter } from '../../runtime/writer.ts';

function recording(commit: (ops: string[], sync: boolean) => Promise<void> = async () => {}) {
  const batches: { ops: string[]; sync: boolean }[] = [];
  const fatal: unknown[] = [];
  const writer = createWriter<string>({
    cursor: 41,
    stamp: cursor => `cursor=${cursor}`,
    async commit(ops, sync) {
      batches.push({ ops, sync });
      await commit(ops, sync);
    },
    onFatal: error => fatal.push(error),
  });
  return { writer, batches, fatal };
}

test('what is written in one tick is one batch, and what comes meanwhile is the next', async () => {
  const { writer, batches } = recording();
  const first = Promise.all([writer.write(['a']), writer.write(['b'])]);
  assert.deepEqual(await first, [42, 42]);
  assert.equal(await writer.write(['c']), 43);
  assert.deepEqual(
    batches.map(({ ops }) => ops),
    [
      ['a', 'b', 'cursor=42'],
      ['c', 'cursor=43'],
    ],
  );
});

test('what is added the moment a batch ends is written too', async () => {
  const { writer, batches } = recording();
  const second = new Promise<number>(resolve => {
    writer.add({
      ops: () => ['a'],
      sync: () => false,
      failed: assert.fail,
      done: () => void Promise.resolve().then(() => resolve(writer.write(['b']))),
    });
  });
  assert.equal(await second, 43);
  assert.equal(batches.length, 2);
});

test('who asks whether all is settled is told after what is queued, and costs no batch when nothing is', async () => {
  const { writer, batches } = recording();
  await writer.settled();
  assert.equal(batches.length, 0);
  let isWritten = false;
  writer.write(['a']).then(() => {
    isWritten = true;
  });
  await writer.settled();
  assert.ok(isWritten);
  assert.deepEqual(
    batches.map(({ ops }) => ops),
    [['a', 'cursor=42']],
  );
});

test('a batch is fsynced as soon as one of its jobs needs it', async () => {
  const { writer, batches } = recording();
  await Promise.all([writer.write(['a']), writer.write(['b'], { sync: true })]);
  await writer.write(['c']);
  assert.deepEqual(
    batches.map(({ sync }) => sync),
    [true, false],
  );
});

test('after a failed batch nothing is settled any more', async () => {
  const full = new Error('no space left on device');
  const { writer } = recording(() => Promise.reject(full));
  await assert.rejects(writer.write(['a']), full);
  await assert.rejects(writer.settled(), full);
});

test('after a failed batch nothing is written any more, and everyone is told', async () => {
  const full = new Error('no space left on device');
  const { writer, batches, fatal } = recording(() => Promise.reject(full));
  await assert.rejects(writer.write(['a']), full);
  await assert.rejects(writer.write(['b']), full);
  await assert.rejects(writer.idle(), full);
  assert.equal(batches.length, 1);
  assert.deepEqual(fatal, [full]);
});
