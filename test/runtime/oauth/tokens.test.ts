import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifetimeOf } from '../../../runtime/oauth/tokens.ts';

test('tokens that came together are renewed ahead of their end, each at a moment of its own', () => {
  const from = new Date('2026-01-01T00:00:00Z');
  const moments = Array.from({ length: 100 }, () => lifetimeOf(1_000, from));
  for (const { expiresAt, refreshAt } of moments) {
    assert.equal(expiresAt, '2026-01-01T00:16:40.000Z');
    const share = (Date.parse(refreshAt!) - from.getTime()) / 1_000_000;
    assert.ok(share >= 0.7 && share <= 0.8, `${share}`);
  }
  assert.ok(new Set(moments.map(({ refreshAt }) => refreshAt)).size > 1);
});

test('of a token that does not say how long it lasts nothing is planned', () => {
  assert.deepEqual(lifetimeOf(undefined, new Date()), {});
});
