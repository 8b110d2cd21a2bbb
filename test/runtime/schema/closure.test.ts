import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { closure } from '../../../runtime/schema/closure.ts';
import { referencesOf } from '../../../runtime/schema/references.ts';

const table: Record<string, JsonSchema> = {
  A: { properties: { b: { $ref: '#/$defs/B' } } },
  B: { items: { $ref: '#/$defs/A' } },
  C: { type: 'string' },
};
const lookup = (name: string): JsonSchema | undefined => table[name];

test('a closure has all it reaches, in circles too, and nothing else', () => {
  assert.deepEqual(closure({ $ref: '#/$defs/A' }, lookup), { $ref: '#/$defs/A', $defs: { A: table.A, B: table.B } });
});

test('a schema without references stays what it is', () => {
  const schema = { type: 'string', default: { $ref: '#/$defs/A' }, examples: [{ $ref: '#/$defs/A' }] };
  assert.equal(closure(schema, lookup), schema);
  assert.equal(closure(true, lookup), true);
});

test('a property called like a keyword is looked into all the same', () => {
  const schema = { properties: { enum: { $ref: '#/$defs/C' }, default: { $ref: '#/$defs/A' }, $ref: { $ref: '#/$defs/B' } } };
  assert.deepEqual([...referencesOf(schema)].sort(), ['A', 'B', 'C']);
});

test('with a limit the nearest definitions are carried and no reference is left open', () => {
  const whole = closure({ $ref: '#/$defs/A' }, lookup, { limit: 1 });
  assert.deepEqual(whole, { $ref: '#/$defs/A', $defs: { A: { properties: { b: { description: 'B (left out)' } } } } });
  assert.deepEqual(table.A, { properties: { b: { $ref: '#/$defs/B' } } });
});

test('what is left out is said where it stood, however deep, and what is around it stays the object it was', () => {
  const kept = { type: 'object', properties: { c: { $ref: '#/$defs/C' } } };
  const schema: JsonSchema = {
    properties: { kept, list: { anyOf: [true, { items: { $ref: '#/$defs/A' } }] }, said: { $ref: '#/$defs/B', description: 'mine' } },
    examples: [{ $ref: '#/$defs/B' }],
  };
  const before = structuredClone(schema);
  const whole = closure(schema, lookup, { limit: 1 }) as { properties: Record<string, unknown> };
  assert.deepEqual(whole, {
    properties: { kept, list: { anyOf: [true, { items: { description: 'A (left out)' } }] }, said: { description: 'mine' } },
    examples: [{ $ref: '#/$defs/B' }],
    $defs: { C: { type: 'string' } },
  });
  assert.equal(whole.properties.kept, kept);
  assert.deepEqual(schema, before);
});
