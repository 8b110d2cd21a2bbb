import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeName } from '../../cli/describe.ts';
import { nearest } from '../../cli/nearest.ts';
import { count, fold, shown } from '../../cli/print.ts';

test('an upstream text cannot move the cursor, recolour or reorder', () => {
  assert.equal(shown('a\u001b[2Jb\u202ec\u0007'), 'a\\u001b[2Jb\\u202ec\\u0007');
  assert.equal(shown('line\n\ttab äöü 🙂'), 'line\n\ttab äöü 🙂');
  assert.equal(JSON.parse(shown(JSON.stringify({ a: 'x\u009by' }))).a, 'x\u009by');
});

test('folds to one line of a width', () => {
  assert.equal(fold('one\n  two   three', 20), 'one two three');
  assert.equal(fold('abcdefgh', 5), 'abcd…');
});

test('counts', () => {
  assert.equal(count(1, 'tool'), '1 tool');
  assert.equal(count(1190, 'tool'), '1,190 tools');
});

test('near names', () => {
  assert.equal(nearest('soruces', ['sources', 'resume', 'call']), 'sources');
  assert.equal(nearest('exec', ['executions', 'resume']), 'executions');
  assert.equal(nearest('zzzzzz', ['sources', 'resume']), undefined);
});

test('types in a word or two', () => {
  assert.equal(typeName({ type: 'array', items: { $ref: '#/$defs/Label' } }), 'Label[]');
  assert.equal(typeName({ enum: ['open', 'closed'] }), '"open" | "closed"');
  assert.equal(typeName({ type: ['string', 'null'] }), 'string | null');
  assert.equal(typeName({ anyOf: [{ type: 'string' }, { type: 'integer' }] }), 'string | integer');
  assert.equal(typeName({ type: ['array', 'null'], items: { type: ['string', 'integer'] } }), '(string | integer)[] | null');
  assert.equal(typeName(true), 'any');
});
