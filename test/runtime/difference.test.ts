import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from '../../runtime/difference.ts';
import { brief, folded, masked } from '../../runtime/mask.ts';

test('of an update only what it changes is listed', () => {
  const current = { id: 7, title: 'old', labels: ['a'], owner: { name: 'x', age: 1 }, createdAt: 'then' };
  const changes = difference(current, { title: 'new', labels: ['a'], owner: { name: 'x', age: 2 }, 'a/b': true });
  assert.deepEqual(changes, [
    { path: '/title', before: 'old', after: 'new' },
    { path: '/owner/age', before: 1, after: 2 },
    { path: '/a~1b', after: true },
  ]);
});

test('secrets are masked by name, by shape and below a secret name; ordinary words are not', () => {
  const shown = JSON.stringify(
    masked({
      password: 'sentinel-1',
      apiKey: 'sentinel-2',
      client_secret: 'sentinel-3',
      nested: [{ accessToken: 'sentinel-4' }],
      credentials: { user: 'sentinel-5' },
      note: 'use ghp_abcdefghijklmnopqrstuvwxyz0123456789 please',
      passage: 'kept-1',
      maxTokens: 'kept-2',
      author: 'kept-3',
    }),
  );
  assert.equal(/sentinel|ghp_/.test(shown), false, shown);
  for (const kept of ['kept-1', 'kept-2', 'kept-3']) assert.ok(shown.includes(kept), shown);
});

test('long values are folded and say how long they were; the record keeps little of anything', () => {
  assert.equal(folded('x'.repeat(100), 10), `${'x'.repeat(10)}… (100 characters)`);
  assert.ok(JSON.stringify(brief({ list: Array.from({ length: 5000 }, (_, n) => ({ n, text: 'y'.repeat(500) })) })).length < 3000);
});
