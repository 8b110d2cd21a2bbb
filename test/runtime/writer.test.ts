import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriter } from '../../runtime/writer.ts';

function recording(commit: (ops: string[], sync: boolean) => Promise<void> = async () => {}, clock?: () => number) {
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
    ...(clock && { clock }),
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

test('what nobody waits for makes no batch of its own, and goes with the next one in the order in which it was written', async () => {
  const { writer, batches } = recording();
  const answer = writer.write(['a'], { patience: 'join' });
  const waited = writer.write(['b']);
  assert.deepEqual(await Promise.all([answer, waited]), [42, 42]);
  assert.deepEqual(
    batches.map(({ ops }) => ops),
    [['a', 'b', 'cursor=42']],
  );
});

test('what is likely to change stays behind while others are written, and what only joins does not', async () => {
  let time = 0;
  const { writer, batches } = recording(undefined, () => time);
  const stays = writer.write(['changes'], { patience: 'stay' });
  const joins = writer.write(['b'], { patience: 'join' });
  await Promise.all([writer.write(['c']), joins]);
  assert.deepEqual(
    batches.map(({ ops }) => ops),
    [['b', 'c', 'cursor=42']],
  );
  time = 1000;
  assert.deepEqual(await Promise.all([stays, writer.write(['d'])]), [43, 43]);
});

test('what nobody waits for is written all the same when nothing else comes', async () => {
  const { writer, batches } = recording();
  assert.deepEqual(await Promise.all([writer.write(['a'], { patience: 'join' }), writer.write(['b'], { patience: 'join' })]), [42, 42]);
  assert.equal(batches.length, 1);
});

test('who closes waits for nothing to come along', async () => {
  const { writer, batches } = recording();
  const written = writer.write(['a'], { patience: 'join' });
  await writer.idle();
  assert.equal(batches.length, 1);
  assert.equal(await written, 42);
});

test('who asks whether all is settled is told after what nobody waited for', async () => {
  const { writer, batches } = recording();
  const written = writer.write(['a'], { patience: 'join' });
  await writer.settled();
  assert.deepEqual(
    batches.map(({ ops }) => ops),
    [['a', 'cursor=42']],
  );
  assert.equal(await written, 42);
});
