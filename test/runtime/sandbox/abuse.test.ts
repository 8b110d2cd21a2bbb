import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CORPUS } from './abuse-corpus.ts';
import { fault, openPool } from './host.ts';

/** Programs that mean harm. Each ends as a named error of its own, or harmlessly, and leaves nothing behind. */

const pool = openPool({ size: 3, warm: 1, limits: { compute: 2_000, steps: 2_000, output: 4 * 1024 * 1024 } });
after(() => pool.close());

test('every attempt ends as its own error, and another program is not disturbed', { timeout: 300_000 }, async t => {
  await Promise.all(
    [1, 2, 3].map(() => pool.run({ code: 'for (let i = 0; i < 1e6; i++); const a: number = await tools.a.b(); return a' }).told),
  );
  let open!: () => void;
  const gate = new Promise<void>(resolve => {
    open = resolve;
  });
  const bystander = pool.run({ code: 'const a = await tools.slow.one(); return a.path' }, async (_, request) => {
    await gate;
    return { ok: true, json: JSON.stringify(request) };
  });
  for (const [title, code, expected] of CORPUS) {
    await t.test(title, async () => {
      const limits = expected.limit === 'compute' ? { compute: 300 } : {};
      const told = await pool.run({ code, limits }).told;
      if ('result' in expected) {
        assert.deepEqual(told.result, expected.result, JSON.stringify(told.outcome).slice(0, 500));
        return;
      }
      const { code: actual, message, details } = fault(told);
      assert.equal(actual, expected.code, message);
      if (expected.limit) assert.equal(details?.limit, expected.limit, message);
      if (expected.name) assert.equal(details?.name, expected.name, message);
      assert.ok(message.length > 10);
    });
  }
  open();
  assert.equal((await bystander.told).result, 'slow.one');
});
