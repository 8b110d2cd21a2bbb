import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalogDefinitions } from '../../runtime/catalog-definitions.ts';
import type { Store } from '../../runtime/store.ts';

/** Rows that say how often they were read. */
function open(rows: Record<string, string>) {
  const read: string[] = [];
  const definition = {
    getSync(key: string) {
      read.push(key);
      return rows[key];
    },
  } as unknown as Store['definition'];
  return { read, rows, definitions: createCatalogDefinitions({ definition }) };
}

test('a definition that is asked for again is the one that was read', () => {
  const { read, definitions } = open({ 'shop!1!Book': '{"type":"object"}' });
  const first = definitions.get('shop!1!Book');
  assert.deepEqual(first, { type: 'object' });
  assert.equal(definitions.get('shop!1!Book'), first);
  assert.equal(definitions.get('shop!1!Nobody'), undefined);
  assert.deepEqual(read, ['shop!1!Book', 'shop!1!Nobody']);
});

test('what is forgotten is read anew, of that source only', () => {
  const { read, rows, definitions } = open({ 'shop!1!A': 'true', 'shop2!1!A': 'true' });
  for (const key of Object.keys(rows)) definitions.get(key);
  rows['shop!1!A'] = 'false';
  definitions.forget('shop!');
  assert.deepEqual(
    Object.keys(rows).map(key => definitions.get(key)),
    [false, true],
  );
  assert.deepEqual(read, ['shop!1!A', 'shop2!1!A', 'shop!1!A']);
});

test('so many are kept as fit, those that were asked for last; one that is too large by itself is given all the same', () => {
  const large = JSON.stringify({ description: 'x'.repeat(900_000) });
  const { read, definitions } = open({ a: large, b: large, c: large, huge: JSON.stringify({ description: 'x'.repeat(5_000_000) }) });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'c']) definitions.get(key);
  assert.deepEqual(read, ['a', 'b', 'c']);
  definitions.get('b');
  assert.deepEqual(read, ['a', 'b', 'c', 'b']);
  assert.equal((definitions.get('huge') as { description: string }).description.length, 5_000_000);
  definitions.get('c');
  assert.deepEqual(read, ['a', 'b', 'c', 'b', 'huge', 'c']);
});
