import type { Node } from './document.ts';

/** The keywords of schemas, by what is to be done with them. */

export const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
export const STRAY_TYPES: Readonly<Record<string, { readonly type: string; readonly format?: string }>> = {
  int: { type: 'integer' },
  int32: { type: 'integer' },
  int64: { type: 'integer' },
  long: { type: 'integer' },
  float: { type: 'number' },
  double: { type: 'number' },
  decimal: { type: 'number' },
  bool: { type: 'boolean' },
  str: { type: 'string' },
  text: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
  'date-time': { type: 'string', format: 'date-time' },
  file: { type: 'string', format: 'binary' },
  list: { type: 'array' },
  map: { type: 'object' },
  dict: { type: 'object' },
};

export const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains', 'maxContains'];
export const FLAGS = ['uniqueItems', 'readOnly', 'writeOnly', 'deprecated'];
export const ONE = [
  'additionalProperties',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
];
export const MANY = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
export const MAPS = ['properties', 'patternProperties', 'dependentSchemas'];
export const CONTENTS = ['contentEncoding', 'contentMediaType'];

export const VALUES = 1;
export const NUMBERS = 2;
export const MARKS = 4;
export const PARTS = 8;
const CONCERNS: ReadonlyMap<string, number> = new Map([
  ...['enum', 'const', 'default', 'example', 'examples', ...CONTENTS].map(key => [key, VALUES] as const),
  ...[...COUNTS, 'multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map(key => [key, NUMBERS] as const),
  ...FLAGS.map(key => [key, MARKS] as const),
  ...[...ONE, ...MANY, ...MAPS, 'items', 'dependentRequired'].map(key => [key, PARTS] as const),
]);

/** What a schema says anything about. Most have three or four keywords: looking for all that there are would be most of the work. */
export function concernsOf(schema: Node): number {
  let has = 0;
  for (const key in schema) has |= CONCERNS.get(key) ?? 0;
  return has;
}
