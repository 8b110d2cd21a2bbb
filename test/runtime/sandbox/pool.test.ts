import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fault, ok, openPool } from './host.ts';
import { startedAt } from './local.ts';

test('a parked program gives up its thread and goes on from its journal', async t => {
  const pool = openPool({ size: 1 });
  t.after(() => pool.close());
  const code = 'const a = await tools.s.first({});\nconst b = await tools.s.second({ a });\nreturn [a, b];';
  const first = pool.run({ code }, ({ n }) => (n === 1 ? ok('one') : undefined));
  assert.deepEqual(await first.idle, [2]);
  first.park();
  const { outcome, journal } = await first.told;
  assert.equal(outcome.type, 'parked');
  assert.equal(pool.figures().resident, 0);
  const waits = { ...journal[1]!, delivered: { order: 1, at: '2026-01-02T00:00:00.000Z', outcome: ok('two') } };
  const second = await pool.run({ code, journal: [journal[0]!, waits] }).told;
  assert.deepEqual(second.result, ['one', 'two']);
  assert.deepEqual(second.steps, []);
});

test('programs that wait make room for those that compute', async t => {
  const pool = openPool({ size: 2 });
  t.after(() => pool.close());
  const waiting = [1, 2, 3].map(() => pool.run({ code: 'await tools.s.never({})' }, () => undefined));
  await Promise.all(waiting.slice(0, 1).map(({ idle }) => idle));
  assert.equal((await pool.run({ code: 'return 5' }).told).result, 5);
  const parked = await Promise.race(waiting.map(({ told }) => told));
  assert.equal(parked.outcome.type, 'parked');
});

test('more programs than threads all end, whatever the order of answers', async t => {
  const pool = openPool({ size: 2 });
  t.after(() => pool.close());
  const code = 'let sum = 0; for (let i = 0; i < 5; i++) sum += await tools.s.get({ i }); return sum';
  const finish = async (): Promise<unknown> => {
    let journal: Awaited<ReturnType<typeof pool.run>['told']>['journal'] = [];
    for (;;) {
      const told = await pool.run({ code, journal }, async ({ n }) => {
        await pause(1 + ((n * 7) % 5));
        return ok(n);
      }).told;
      if (told.outcome.type !== 'parked') return told.result;
      // Ends that came after it was parked are in the journal; what is open is answered now, as a caller that starts again would.
      let order = told.journal.length;
      journal = told.journal.map(entry =>
        entry.delivered ? entry : { ...entry, delivered: { order: order++, at: '2026-01-03T00:00:00.000Z', outcome: ok(entry.n) } },
      );
    }
  };
  assert.deepEqual(await Promise.all(Array.from({ length: 8 }, finish)), Array(8).fill(15));
});

test('a thread that hangs in native code is ended, and its program only', { timeout: 60_000 }, async t => {
  const pool = openPool({ size: 2 });
  t.after(() => pool.close());
  const other = pool.run({ code: 'return (await tools.s.slow({})).path' }, async (_, request) => {
    await pause(200);
    return ok(request);
  });
  const told = await pool.run({
    code: 'return (7n ** 360000n).toString().length + "x".repeat(3e7).indexOf("y".repeat(1e5) + "x")',
    limits: { compute: 300 },
  }).told;
  assert.equal(fault(told).code, 'limit_exceeded');
  assert.equal(fault(told).details?.limit, 'compute');
  assert.equal((await other.told).result, 's.slow');
});

test('a thread that dies by itself fails its program only', { timeout: 60_000 }, async t => {
  const pool = openPool({ size: 2 });
  t.after(() => pool.close());
  let open!: () => void;
  const gate = new Promise<void>(resolve => {
    open = resolve;
  });
  const other = pool.run({ code: 'return (await tools.s.slow({})).path' }, async (_, request) => {
    await gate;
    return ok(request);
  });
  const victim = await new Promise<ReturnType<typeof pool.start>>(resolve => {
    const run = pool.start(
      { code: 'await tools.s.never({})', seed: 'seed', startedAt, journal: [] },
      { issued: () => {}, output: () => {}, idle: () => resolve(run) },
    );
  });
  // No program can do this: a delivery that is none is more than a thread is made for.
  victim.deliver(null as never);
  const outcome = await victim.outcome;
  assert.equal(outcome.type, 'failed');
  assert.deepEqual(outcome.type === 'failed' && [outcome.fault.code, /sandbox ended/.test(outcome.fault.message)], ['internal', true]);
  open();
  assert.equal((await other.told).result, 's.slow');
  assert.equal((await pool.run({ code: 'return 2' }).told).result, 2);
});

test('cancelling ends a program that computes, one that waits and one that has not begun', async t => {
  const pool = openPool({ size: 1 });
  t.after(() => pool.close());
  const before = AbortSignal.abort();
  assert.equal(fault(await pool.run({ code: 'return 1' }, undefined, before).told).code, 'cancelled');
  const stop = new AbortController();
  const waiting = pool.run({ code: 'await tools.s.never({})' }, () => undefined, stop.signal);
  await waiting.idle;
  stop.abort();
  assert.equal(fault(await waiting.told).code, 'cancelled');
  const halt = new AbortController();
  const computing = pool.run({ code: 'for (;;);' }, undefined, halt.signal);
  await pause(300);
  halt.abort();
  assert.equal(fault(await computing.told).code, 'cancelled');
  assert.equal((await pool.run({ code: 'return 2' }).told).result, 2);
});

test('four programs that spin leave the server’s thread free', { timeout: 60_000 }, async t => {
  const pool = openPool({ size: 5 });
  t.after(() => pool.close());
  const spinning = [1, 2, 3, 4].map(() => pool.run({ code: 'for (;;);', limits: { compute: 600 } }).told);
  assert.equal((await pool.run({ code: 'return 3' }).told).result, 3);
  const late: number[] = [];
  for (let i = 0; i < 100; i++) {
    const before = performance.now();
    await pause(5);
    late.push(performance.now() - before - 5);
  }
  late.sort((a, b) => a - b);
  t.diagnostic(`timers were late by ${late[50]!.toFixed(1)} ms (median), ${late[98]!.toFixed(1)} ms (p99)`);
  assert.ok(late[98]! < 250);
  for (const told of await Promise.all(spinning)) assert.equal(fault(told).details?.limit, 'compute');
});

test('a pool that closes parks what runs', async () => {
  const pool = openPool({ size: 1 });
  const waiting = pool.run({ code: 'await tools.s.never({})' }, () => undefined);
  await waiting.idle;
  const queued = pool.run({ code: 'for (;;);' });
  await pool.close();
  assert.equal((await waiting.told).outcome.type, 'parked');
  assert.equal((await queued.told).outcome.type, 'parked');
});
