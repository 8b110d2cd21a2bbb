import type { JsonSchema } from '../../machines/schema/tool.ts';
import { LATER } from './engine.ts';
import { textFor } from './invent-text.ts';
import { definitionOf, isSchemaObject, type Lookup } from './references.ts';

interface Inventing {
  /** Leaves the document's own examples and defaults aside, which are not always right. */
  readonly plain?: boolean;
}

interface State {
  readonly lookup: Lookup;
  readonly plain: boolean;
  readonly depth: number;
}

type Schema = Record<string, unknown>;

const DEEPEST = 12;

/** A value for a schema, made of what the schema says: the smallest that has all that is required. Deterministic. */
export function invent(schema: JsonSchema, lookup: Lookup, { plain = false }: Inventing = {}): unknown {
  return value(schema, { lookup, plain, depth: 0 });
}

function value(schema: unknown, state: State): unknown {
  if (!isSchemaObject(schema)) return 'text';
  const flat = flattened(schema, state);
  if (flat.const !== undefined) return flat.const;
  if (Array.isArray(flat.enum)) return flat.enum.find(item => fitsType(item, flat)) ?? flat.enum[0];
  const examples = Array.isArray(flat.examples) ? flat.examples : [];
  if (!state.plain && examples.length > 0) return examples[0];
  if (!state.plain && flat.default !== undefined && flat.default !== null) return flat.default;
  return typed(flat, { ...state, depth: state.depth + 1 });
}

/** The schema with what it refers to, all of its `allOf` and the first of its alternatives laid over it. */
function flattened(schema: Schema, state: State, hops = 0): Schema {
  const { $ref, [LATER]: later, allOf, anyOf, oneOf, ...own } = schema;
  const name = definitionOf($ref) ?? (typeof later === 'string' ? later : undefined);
  let flat: Schema = own;
  const over = (other: unknown): void => {
    if (isSchemaObject(other) && hops < DEEPEST) flat = overlaid(flat, flattened(other, state, hops + 1));
  };
  if (name !== undefined) over(state.lookup(name));
  if (typeof later === 'object') over(later);
  if (Array.isArray(allOf)) allOf.forEach(over);
  for (const union of [anyOf, oneOf]) if (Array.isArray(union)) over(preferred(union, state));
  return flat;
}

/** The alternative that ends soonest: past half of the depth, one without a reference. */
function preferred(union: readonly unknown[], state: State): unknown {
  const usable = union.filter(member => !isSchemaObject(member) || member.type !== 'null');
  if (state.depth < DEEPEST / 2) return usable[0] ?? union[0];
  return usable.find(member => isSchemaObject(member) && member.$ref === undefined) ?? usable[0] ?? union[0];
}

function overlaid(a: Schema, b: Schema): Schema {
  const properties = { ...(a.properties as Schema | undefined), ...(b.properties as Schema | undefined) };
  for (const name of Object.keys((a.properties as Schema | undefined) ?? {})) {
    const [first, second] = [(a.properties as Schema)[name], (b.properties as Schema | undefined)?.[name]];
    if (second !== undefined && first !== second) properties[name] = { allOf: [first, second] };
  }
  const required = [...new Set([...((a.required as string[] | undefined) ?? []), ...((b.required as string[] | undefined) ?? [])])];
  const values =
    Array.isArray(a.enum) && Array.isArray(b.enum) ? { enum: a.enum.filter(item => (b.enum as unknown[]).includes(item)) } : {};
  return {
    ...b,
    ...a,
    ...values,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

function typeIn(schema: Schema): string {
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(type => typeof type === 'string');
  const known = types.find(type => type !== 'null') ?? types[0];
  if (known !== undefined) return known;
  if (schema.properties !== undefined || schema.additionalProperties !== undefined || schema.required !== undefined) return 'object';
  if (schema.items !== undefined || schema.prefixItems !== undefined || schema.minItems !== undefined) return 'array';
  return ['minimum', 'maximum', 'multipleOf', 'exclusiveMinimum', 'exclusiveMaximum'].some(key => schema[key] !== undefined)
    ? 'number'
    : 'string';
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: item => typeof item === 'string',
  number: item => typeof item === 'number',
  integer: item => Number.isInteger(item),
  boolean: item => typeof item === 'boolean',
  array: item => Array.isArray(item),
  object: item => isSchemaObject(item),
  null: item => item === null,
};

function fitsType(item: unknown, schema: Schema): boolean {
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type];
  return types.length === 0 || types.some(type => TYPES[String(type)]?.(item));
}

function typed(schema: Schema, state: State): unknown {
  const type = typeIn(schema);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'integer' || type === 'number') return number(schema, type === 'integer');
  if (type === 'array') return list(schema, state);
  return type === 'object' ? object(schema, state) : textFor(schema);
}

function number(schema: Schema, whole: boolean): number {
  const of = (key: string): number | undefined => (typeof schema[key] === 'number' ? schema[key] : undefined);
  const step = of('multipleOf') ?? (whole ? 1 : undefined);
  const low = of('minimum') ?? of('exclusiveMinimum');
  const high = of('maximum') ?? of('exclusiveMaximum');
  let result = low ?? (high !== undefined && high < 1 ? high : 1);
  if (step !== undefined)
    result = low === undefined && high !== undefined && high < 1 ? Math.floor(result / step) * step : Math.ceil(result / step) * step;
  const gap = step ?? (low !== undefined && high !== undefined ? (high - low) / 2 : 1);
  if (of('exclusiveMinimum') !== undefined && result <= of('exclusiveMinimum')!) result += gap;
  if (of('exclusiveMaximum') !== undefined && result >= of('exclusiveMaximum')!) result -= gap;
  return result;
}

function list(schema: Schema, state: State): unknown[] {
  const least = typeof schema.minItems === 'number' ? Math.min(schema.minItems, 50) : state.depth < DEEPEST / 2 ? 1 : 0;
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : least;
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  if (state.depth > DEEPEST && schema.minItems === undefined) return [];
  const items = Array.from({ length: Math.min(Math.max(least, 0), Math.max(most, 0)) }, (_, at) =>
    value(prefix[at] ?? schema.items ?? {}, state),
  );
  return schema.uniqueItems === true ? items.map((item, at) => distinct(item, at, schema.items)) : items;
}

function distinct(item: unknown, at: number, schema: unknown): unknown {
  if (at === 0) return item;
  if (isSchemaObject(schema) && Array.isArray(schema.enum)) return schema.enum[at] ?? item;
  if (typeof item === 'number') return item + at;
  return typeof item === 'string' ? `${item}${at}` : item;
}

function object(schema: Schema, state: State): Schema {
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.filter((name): name is string => typeof name === 'string') : [];
  const result: Schema = {};
  if (state.depth > 2 * DEEPEST) return result;
  for (const name of required) result[name] = value(properties[name] ?? schema.additionalProperties ?? {}, state);
  const least = typeof schema.minProperties === 'number' ? schema.minProperties : 0;
  for (const name of Object.keys(properties)) if (Object.keys(result).length < least) result[name] ??= value(properties[name], state);
  for (let n = 1; Object.keys(result).length < least && n <= 50; n++) result[`key${n}`] = value(schema.additionalProperties ?? {}, state);
  return result;
}
