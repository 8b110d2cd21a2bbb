import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { jsonOf } from './literal.ts';
import { type Argument, isNonNull, isRequired, itemOf, nameOf, type Schema, type TypeDefinition } from './schema.ts';

/** Arguments as JSON Schema. What a schema names itself, input objects, enums and scalars, is shared in one table. */
export interface Inputs {
  /** The schema of a type as it is written; null is allowed where the type allows it. */
  schemaOf(type: string): JsonSchema;
  /** The members of an object: of the arguments of a field, or of an input object. */
  objectOf(args: readonly Argument[]): { properties: Record<string, JsonSchema>; required: string[] };
  /** The table of all that was referred to; complete when it is asked for. */
  complete(): ReadonlyMap<string, JsonSchema>;
}

const INT = 2 ** 31;

const SCALARS: Readonly<Record<string, Record<string, unknown>>> = {
  Int: { type: 'integer', minimum: -INT, maximum: INT - 1 },
  Float: { type: 'number' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  // An ID is a string, and may be given as an integer (section 3.5.5).
  ID: { type: ['string', 'integer'] },
};

/** Values for the scalars that go by the same name nearly everywhere: a sample that is sent should look like one. */
const EXAMPLES: readonly (readonly [RegExp, unknown])[] = [
  [/^(iso8601)?_?(date_?time|timestamptz?|preciseDateTime|instant)$/i, '2026-01-31T12:00:00Z'],
  [/^(iso8601|local)?_?date$/i, '2026-01-31'],
  [/^(local)?_?timetz?$/i, '12:00:00'],
  [/^(uri|url|link)$/i, 'https://example.com/'],
  [/^uuid$/i, '123e4567-e89b-12d3-a456-426614174000'],
  [/^email(address)?$/i, 'someone@example.com'],
  [/^(jsonb?|jsonobject|object|map|any|metadata)$/i, {}],
  [/^(big_?int|long|int64|unsigned.*int|bigint|smallint|nonnegativeint|positiveint)$/i, 1],
  [/^(decimal|positivedecimal|money|numeric|float8|bigdecimal)$/i, '1.00'],
  [/^(html|formattedstring|markdown)$/i, 'text'],
];

export function createInputs(schema: Schema): Inputs {
  const table = new Map<string, JsonSchema>();
  const waiting: TypeDefinition[] = [];
  const asked = new Set<string>();
  const written = new Map<string, JsonSchema>();

  function named(name: string): Record<string, unknown> {
    const scalar = SCALARS[name];
    if (scalar) return scalar;
    const type = schema.types.get(name);
    if (!type || (type.kind !== 'input' && type.kind !== 'enum' && type.kind !== 'scalar')) return {};
    if (!asked.has(name)) {
      asked.add(name);
      waiting.push(type);
    }
    return { $ref: `#/$defs/${name}` };
  }

  /** The same type gives the same schema, which nobody changes. */
  function schemaOf(type: string): JsonSchema {
    const known = written.get(type) ?? convert(type);
    written.set(type, known);
    return known;
  }

  function convert(type: string): JsonSchema {
    const item = itemOf(type);
    const plain = item === undefined ? named(nameOf(type)) : { type: 'array', items: schemaOf(item) };
    return isNonNull(type) ? plain : orNull(plain);
  }

  function orNull(plain: Record<string, unknown>): Record<string, unknown> {
    if (typeof plain.type === 'string' || Array.isArray(plain.type)) return { ...plain, type: [plain.type, 'null'].flat() };
    const target = schema.types.get(String(plain.$ref ?? '').slice('#/$defs/'.length));
    // A custom scalar takes null as it takes anything.
    return target === undefined || target.kind === 'scalar' ? plain : { anyOf: [plain, { type: 'null' }] };
  }

  function objectOf(args: readonly Argument[]): { properties: Record<string, JsonSchema>; required: string[] } {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const argument of args) {
      const converted = schemaOf(argument.type) as Record<string, unknown>;
      const description = describe(argument.description, argument.deprecated);
      const value = argument.default === undefined ? undefined : jsonOf(argument.default);
      properties[argument.name] = {
        ...converted,
        ...(description && { description }),
        ...(value !== undefined && { default: value }),
      };
      if (isRequired(argument)) required.push(argument.name);
    }
    return { properties, required };
  }

  function definitionOf(type: TypeDefinition): JsonSchema {
    const description = type.description && cut(type.description, 600);
    if (type.kind === 'enum') {
      const values = type.values ?? [];
      const told = values.filter(value => value.description || value.deprecated);
      const meaning = told
        .slice(0, 40)
        .map(value => `${value.name}: ${cut(describe(value.description, value.deprecated)!.replace(/\s+/g, ' '), 120)}`)
        .join('\n');
      const all = [description, meaning].filter(Boolean).join('\n\n');
      return { type: 'string', enum: values.map(({ name }) => name), ...(all && { description: all }) };
    }
    if (type.kind === 'scalar') {
      const known = EXAMPLES.find(([name]) => name.test(type.name));
      const all = [description, type.specifiedBy && `Specified at ${type.specifiedBy}`].filter(Boolean).join('\n\n');
      return { title: type.name, ...(all && { description: all }), examples: [known ? known[1] : 'text'] };
    }
    const { properties, required } = objectOf(type.inputs ?? []);
    return {
      type: 'object',
      ...(description && { description }),
      properties,
      ...(required.length > 0 && { required }),
      ...(type.oneOf && { minProperties: 1, maxProperties: 1 }),
      additionalProperties: false,
    };
  }

  return {
    schemaOf,
    objectOf,
    complete() {
      for (let type = waiting.pop(); type; type = waiting.pop()) table.set(type.name, definitionOf(type));
      return table;
    },
  };
}

/** What is said of a member, with the news that it is deprecated first. */
export function describe(description: string | undefined, deprecated: string | undefined): string | undefined {
  if (deprecated === undefined) return description;
  return `Deprecated: ${deprecated}${description ? `\n\n${description}` : ''}`;
}

export const cut = (source: string, length: number): string =>
  source.length <= length ? source : `${source.slice(0, length - 1).trimEnd()}…`;
