import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { compile } from '../../../runtime/schema/engine.ts';
import { sample } from '../../../runtime/schema/sample.ts';

const fits = (schema: JsonSchema, definitions: Record<string, JsonSchema> = {}): unknown => {
  const lookup = (name: string): JsonSchema | undefined => definitions[name];
  const value = sample(schema, lookup);
  assert.deepEqual(compile(schema, lookup)(value), [], JSON.stringify(value));
  return value;
};

const object = (properties: Record<string, JsonSchema>, rest: object = {}): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});

test("a sample has what is required, with the document's examples", () => {
  assert.deepEqual(fits(object({ a: { type: 'string', examples: ['Ann'] }, b: { type: 'integer', minimum: 5 } }, { required: ['a'] })), {
    a: 'Ann',
  });
});

test('an example that does not fit its own schema is replaced', () => {
  fits(
    object({
      a: { type: 'integer', examples: ['not a number'] },
      b: { type: 'string', format: 'email', default: 'nobody' },
      c: { enum: [1, 2], examples: [7] },
    }),
  );
});

test('patterns, formats, lengths and bounds are met', () => {
  fits(
    object({
      sha: { type: 'string', pattern: '^[0-9a-f]{40}$' },
      arn: { type: 'string', pattern: '^arn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:\\d{12}:(?:topic|queue)/.+', minLength: 40 },
      code: { type: 'string', pattern: '^(?=.*[A-Z])[A-Z]{2}-\\d{3,5}(\\.\\d)?$' },
      name: { type: 'string', minLength: 30, maxLength: 32 },
      when: { type: 'string', format: 'date-time' },
      id: { type: 'string', format: 'uuid' },
      n: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      m: { type: 'integer', multipleOf: 7, minimum: 50 },
      list: { type: 'array', minItems: 3, uniqueItems: true, items: { type: 'string' } },
    }),
  );
});

test('unions, compositions and choices are met', () => {
  fits(
    object({
      a: { oneOf: [{ type: 'object', required: ['x'], properties: { x: { const: 1 } } }, { type: 'string' }] },
      b: {
        allOf: [
          { type: 'object', properties: { p: { type: 'integer' } }, required: ['p'] },
          { required: ['q'], properties: { q: { type: 'boolean' } } },
        ],
      },
      c: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
    }),
  );
  assert.deepEqual(
    fits({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      anyOf: [{ required: ['b'] }, { required: ['a'] }],
    }),
    { b: 'string' },
  );
});

test('schemas that refer to themselves end', () => {
  const node: JsonSchema = { type: 'object', required: ['name'], properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } };
  fits(object({ root: { $ref: '#/$defs/node' } }), { node });
  sample(object({ root: { $ref: '#/$defs/endless' } }), () => ({
    type: 'object',
    required: ['next'],
    properties: { next: { $ref: '#/$defs/endless' } },
  }));
});

test('a sample is the same every time', () => {
  const schema = object({ a: { type: 'string', format: 'date-time' }, b: { type: 'number' } });
  assert.deepEqual(fits(schema), fits(schema));
});
