import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { convert } from '../../../../runtime/kinds/openapi/dialect.ts';
import { compile } from '../../../../runtime/schema/engine.ts';

const warnings: string[] = [];
const dialect = { refer: () => undefined, warn: (message: string) => warnings.push(message) };

const CASES: Readonly<Record<string, [from: unknown, to: unknown]>> = {
  'nullable becomes a type': [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
  'nullable enums allow null': [
    { type: 'string', enum: ['a'], nullable: true },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  'a nullable union gets null beside it': [
    { oneOf: [{ type: 'string' }, { type: 'integer' }], nullable: true, description: 'd' },
    { description: 'd', anyOf: [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, { type: 'null' }] },
  ],
  'exclusive bounds of 3.0 become numbers': [
    { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
    { type: 'number', exclusiveMinimum: 1, maximum: 9 },
  ],
  'exclusive bounds of 3.1 stay': [{ exclusiveMinimum: 1 }, { exclusiveMinimum: 1 }],
  'example becomes examples': [
    { type: 'string', example: 'x' },
    { type: 'string', examples: ['x'] },
  ],
  'tuples become prefixItems': [
    { type: 'array', items: [{ type: 'string' }] },
    { type: 'array', prefixItems: [{ type: 'string' }] },
  ],
  'types of other languages are understood': [{ type: 'int64' }, { type: 'integer' }],
  'unknown keywords are left out': [
    { type: 'string', xml: {}, discriminator: {}, 'x-a': 1, $id: 'https://a.example/' },
    { type: 'string' },
  ],
  'keywords of the wrong type are left out': [{ required: true, enum: [], minLength: 'a', properties: [], items: null }, { items: {} }],
  'numbers written as text are numbers': [
    { maximum: '10', minLength: '2' },
    { minLength: 2, maximum: 10 },
  ],
  'enums are of the declared type': [
    { type: 'string', enum: [1, true, 'a'] },
    { type: 'string', enum: ['1', 'true', 'a'] },
  ],
  'patterns lose escapes that JavaScript does not allow': [{ pattern: '^a\\_b\\@$' }, { pattern: '^a_b@$' }],
  'read-only properties are not required': [
    { properties: { id: { readOnly: true } }, required: ['id', 'name'] },
    { properties: { id: { readOnly: true } }, required: ['name'] },
  ],
};

for (const [title, [from, to]] of Object.entries(CASES)) test(title, () => assert.deepEqual(convert(from, dialect), to));

test('a pattern of another engine is left out with a warning', () => {
  assert.deepEqual(convert({ pattern: '(?i)[a-z' }, dialect), {});
  assert.match(warnings.join(), /regular expression/);
});

test('whatever a document calls a schema, the result compiles', () => {
  const keyword = fc.constantFrom(
    'type',
    'items',
    'properties',
    'required',
    'enum',
    'allOf',
    'anyOf',
    'not',
    'nullable',
    'minimum',
    'exclusiveMinimum',
    'pattern',
    'format',
    'default',
    'const',
    'additionalProperties',
    'minItems',
    'multipleOf',
    'if',
    '$ref',
    'uniqueItems',
    'propertyNames',
    'patternProperties',
  );
  const { node } = fc.letrec(tie => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, '', 'string', 'object', 'array', 'a(b', '#/components/schemas/X'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(keyword, tie('node'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(node, schema => void compile(convert(schema, dialect), () => undefined)({ a: 1 })),
    { numRuns: 300, seed: 7 },
  );
});
