import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picturesOf, tableOf, textsOf } from '../../ui/results.ts';
import { choicesOf } from '../../ui/schema.ts';

test('a list of like things is a table of what most of them have, also when it stands alone in an object', () => {
  const rows = [
    { id: 1, name: 'a', more: {} },
    { id: 2, name: 'b' },
  ];
  assert.deepEqual(tableOf(rows)?.columns, ['id', 'name']);
  assert.equal(tableOf({ items: rows, total: 2 })?.name, 'items');
  assert.equal(tableOf([1, 2]), undefined);
  assert.equal(tableOf({ one: rows, other: rows }), undefined);
});

test('the texts of an MCP tool are texts, unless something else stands among them', () => {
  assert.deepEqual(
    textsOf({
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    }),
    ['a', 'b'],
  );
  assert.equal(
    textsOf({
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', data: '', mimeType: 'image/png' },
      ],
    }),
    undefined,
  );
  assert.equal(textsOf({ content: [] }), undefined);
  assert.equal(textsOf('a'), undefined);
});

test('pictures are shown only as what browsers show safely', () => {
  const data = Buffer.from('png').toString('base64');
  assert.equal(picturesOf({ content: [{ type: 'image', data, mimeType: 'image/png' }] }).length, 1);
  assert.equal(picturesOf({ contentType: 'image/svg+xml', base64: data }).length, 0);
  assert.equal(picturesOf({ contentType: 'image/png', base64: '"><script>' }).length, 0);
});

test('what may be chosen is called by its title where a person is asked, and by its value where a caller is', () => {
  const titled = { oneOf: [{ const: 'a', title: 'Anna' }, { const: 'b' }] };
  assert.deepEqual(
    [true, false].map(asked => choicesOf(titled, asked)?.map(choice => choice.label)),
    [
      ['Anna', 'b'],
      ['a', 'b'],
    ],
  );
  assert.deepEqual(choicesOf({ enum: ['x'], enumNames: ['Ex'] }, true), [{ value: 'x', label: 'Ex' }]);
  assert.equal(choicesOf({ type: 'string' }, true), undefined);
});
