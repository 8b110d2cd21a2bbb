import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { openapi } from '../../../runtime/kinds/openapi/openapi.ts';
import { compile } from '../../../runtime/schema/engine.ts';
import { fits } from '../../../runtime/schema/fits.ts';
import type { Lookup } from '../../../runtime/schema/references.ts';
import { sample } from '../../../runtime/schema/sample.ts';

const table: Record<string, JsonSchema> = {
  Name: { type: 'string', minLength: 2 },
  Tree: { type: 'object', properties: { left: { $ref: '#/$defs/Tree' }, name: { $ref: '#/$defs/Name' } }, required: ['name'] },
  Endless: { allOf: [{ $ref: '#/$defs/Endless' }] },
};
const lookup: Lookup = name => table[name];

const VALUES: unknown[] = [
  ...[null, true, false, 0, 1, -1, 1.5, 0.3, 7, 1e21, '', 'a', 'ab', '😀', '2024-01-02', '2024-01-02T03:04:05Z', 'person@example.com'],
  ...[[], [1], [1, 1], ['a', 'b'], ['a', 'a'], [1, 'a'], [{}], [null]],
  ...[{}, { a: 1 }, { a: 'x', b: 2 }, { a: 1, c: null }, { name: 'ab' }, { name: 'a' }, { name: 'ab', left: { name: 'b' } }, { b: [] }],
  ...['https://example.com/', '192.0.2.1', '3fa85f64-5717-4562-b3fc-2c963f66afa6', 'dGV4dA==', '/a', '^a$', '03:04:05Z', 'P1D'],
];

const SCHEMAS: JsonSchema[] = [
  ...[true, false, {}, { description: 'any', default: 1, examples: [2], deprecated: true }],
  ...['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'].map(type => ({ type })),
  ...[{ type: ['string', 'null'] }, { type: ['integer', 'array'] }],
  ...[{ enum: [1, 'a', null] }, { enum: ['ab'] }, { const: 'a' }, { const: null }, { const: 1 }],
  ...[{ minLength: 1 }, { maxLength: 1 }, { minLength: 2, maxLength: 2 }, { pattern: '^a' }, { pattern: '^\\p{L}+$' }],
  ...[
    { minimum: 1 },
    { maximum: 1 },
    { exclusiveMinimum: 1 },
    { exclusiveMaximum: 1 },
    { multipleOf: 0.1 },
    { multipleOf: 7 },
    { multipleOf: 0 },
  ],
  ...['date', 'date-time', 'email', 'uri', 'uuid', 'ipv4', 'byte', 'regex', 'time', 'duration', 'int32', 'int64', 'float', 'double'].map(
    format => ({ format }),
  ),
  ...[{ type: 'integer', format: 'int32' }, { type: 'string', format: 'binary' }, { format: 'of-nobody' }, { format: 'json-pointer' }],
  ...[{ minItems: 1 }, { maxItems: 1 }, { uniqueItems: true }, { uniqueItems: false }, { items: { type: 'integer' } }, { items: false }],
  ...[{ type: 'array', items: { type: 'string' }, uniqueItems: true }, { minProperties: 1 }, { maxProperties: 1 }],
  ...[{ required: ['a'] }, { required: ['constructor'] }, { required: [] }, { properties: { a: { type: 'integer' } } }],
  ...[
    { properties: { a: true }, additionalProperties: false },
    { additionalProperties: { type: 'integer' } },
    { additionalProperties: false },
  ],
  ...[{ properties: { a: {} }, additionalProperties: { type: 'null' } }, { properties: { b: false } }],
  ...[{ dependentRequired: { a: ['b'], c: [] } }, { allOf: [{ type: 'object' }, { required: ['a'] }] }],
  ...[{ anyOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] }, { oneOf: [{ type: 'number' }, { type: 'integer' }] }],
  ...[{ not: { type: 'string' } }, { type: 'object', not: { required: ['a'] } }],
  ...[{ $ref: '#/$defs/Name' }, { $ref: '#/$defs/Tree' }, { $ref: '#/$defs/Nobody' }, { $ref: '#/$defs/Name', maxLength: 2 }],
  ...[{ anyOf: [{ $ref: '#/$defs/Tree' }, { items: { $ref: '#/$defs/Tree' }, type: 'array' }] }],
];

test('what is read from a schema is what the validator says', () => {
  for (const schema of SCHEMAS) {
    const errorsOf = compile(schema, lookup);
    for (const value of VALUES) {
      const found = fits(value, schema, lookup);
      const mixed = Array.isArray(value) && value.length === 2 && typeof value[0] !== typeof value[1];
      if (mixed && (schema as { uniqueItems?: boolean }).uniqueItems) assert.equal(found, undefined);
      else assert.equal(found, errorsOf(value).length === 0, `${JSON.stringify(value)} and ${JSON.stringify(schema)}`);
    }
  }
});

test('what is not known is left to the validator: never guessed, and never refused', () => {
  const unknown: JsonSchema[] = [
    { patternProperties: { '^a': { type: 'integer' } }, additionalProperties: false },
    { if: { type: 'string' }, else: { minLength: 2 } },
    { prefixItems: [{ type: 'string' }] },
    { contains: { const: 1 } },
    { propertyNames: { maxLength: 1 } },
    { dependentSchemas: { a: { required: ['b'] } } },
    { unevaluatedProperties: false },
    { enum: [] },
    { enum: [{ a: 1 }] },
    { const: [1] },
    { type: 'file' },
    { type: [] },
    { minLength: '2' },
    { pattern: '(' },
    { anyOf: [] },
    { nullable: true },
    { $ref: 'https://example.com/schema.json' },
    { $ref: '#/$defs/Endless' },
    { properties: { a: { nullable: true } }, type: 'object' },
  ];
  for (const schema of unknown) assert.equal(fits({ a: 1 }, schema, lookup), undefined, JSON.stringify(schema));
  assert.equal(fits('x', { anyOf: [true, { contains: {} }] }, lookup), undefined);
  assert.equal(fits('x', { allOf: [false, { contains: {} }] }, lookup), undefined);
});

test('definitions that unfold into each other come to an end', () => {
  const wide: Record<string, JsonSchema> = {};
  for (let n = 0; n < 50; n++) wide[`D${n}`] = { allOf: [{ $ref: `#/$defs/D${n + 1}` }, { $ref: `#/$defs/D${n + 1}` }] };
  assert.equal(
    fits('x', { $ref: '#/$defs/D0' }, name => wide[name]),
    undefined,
  );
});

/** The value with each of its members left out, or replaced by something else, one at a time. */
function* spoiled(value: Record<string, unknown>): Generator<Record<string, unknown>> {
  for (const name of Object.keys(value)) {
    const { [name]: _, ...rest } = value;
    yield rest;
    for (const other of [null, 'other', 0, [], {}]) yield { ...rest, [name]: other };
  }
  yield { ...value, 'nobody-has-this': 1 };
}

test('of the samples of GitHub, and of what is like them and wrong, it says what the validator says', async () => {
  const file = fileURLToPath(new URL('../../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
  const { tools, definitions } = await openapi.index({ namespace: 'github', bytes: readFileSync(file) });
  const of: Lookup = name => definitions.get(name);
  const answers = { known: 0, unknown: 0 };
  for (let at = 0; at < tools.length; at += 5) {
    const { inputSchema, path } = tools[at]!.tool;
    const errorsOf = compile(inputSchema, of);
    const value = sample(inputSchema, of) as Record<string, unknown>;
    for (const input of [value, ...spoiled(value)]) {
      const found = fits(input, inputSchema, of);
      if (found === undefined) answers.unknown++;
      else {
        answers.known++;
        assert.equal(found, errorsOf(input).length === 0, `${path} ${JSON.stringify(input)}`);
      }
    }
  }
  // Or else it would be of no use.
  assert.ok(answers.known > 20 * answers.unknown, JSON.stringify(answers));
});
