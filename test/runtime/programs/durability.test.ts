import assert from 'node:assert/strict';
import { test } from 'node:test';
import { survivesAnything } from './survives.ts';

test('a program whose process ends anywhere comes to what it would have, and every write arrives once', { timeout: 900_000 }, async t => {
  const { lives, interrupted } = await survivesAnything(300);
  t.diagnostic(`${interrupted} of 300 programs were interrupted, ${lives} lives`);
  assert.ok(interrupted > 100);
});
