import { isObject, type Node } from './document.ts';
import { CONTENTS, COUNTS, concernsOf, FLAGS, MANY, MAPS, MARKS, NUMBERS, ONE, PARTS, STRAY_TYPES, TYPES, VALUES } from './keywords.ts';
import { deadEnd } from './refs.ts';

/**
 * From whatever a document calls a schema to JSON Schema 2020-12 that a validator compiles. Keywords are let in by name, never
 * passed through, so nothing unknown, misplaced or mistyped reaches the validator; what makes no sense is left out with a warning,
 * which widens that one field.
 *
 * 1. A `$ref` stays a reference: `refer` names its target in the source's definition table.
 * 2. `nullable`, boolean `exclusiveMinimum`, tuples in `items` and `example` are taken as their 2020-12 selves, whatever the version.
 * 3. A conversion never throws.
 */
export interface Dialect {
  /** The table's reference for a document reference; undefined when it leads nowhere. */
  refer(ref: string): string | undefined;
  warn(message: string): void;
}

type Schema = Record<string, unknown>;

const DEEP = 100;
const EXAMPLE = 2_000;

/** Converts one schema and everything inside it. */
export function convert(schema: unknown, dialect: Dialect, depth = 0): Schema | boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isObject(schema)) {
    if (schema !== undefined) dialect.warn(`a schema that is no object (${JSON.stringify(schema)?.slice(0, 40)}) was taken as anything`);
    return {};
  }
  if (depth > DEEP) return {};
  if (typeof schema.$ref === 'string') return reference(schema, schema.$ref, dialect, depth);
  return nullable(schema, body(schema, dialect, depth));
}

function reference(schema: Node, ref: string, dialect: Dialect, depth: number): Schema | boolean {
  const { $ref: _, nullable: isNullable, ...beside } = schema;
  const $ref = dialect.refer(ref);
  if ($ref === undefined) {
    dialect.warn(deadEnd(ref));
    return annotations(schema);
  }
  const out: Schema = { ...body(beside, dialect, depth), $ref };
  return isNullable === true ? { anyOf: [out, { type: 'null' }] } : out;
}

function annotations(schema: Node): Schema {
  const out: Schema = {};
  for (const key of ['title', 'description']) if (typeof schema[key] === 'string' && schema[key] !== '') out[key] = schema[key];
  return out;
}

function body(schema: Node, dialect: Dialect, depth: number): Schema {
  const out: Schema = annotations(schema);
  const has = concernsOf(schema);
  types(schema, out, dialect);
  if (has & VALUES) values(schema, out);
  if (has & NUMBERS) numbers(schema, out);
  patterns(schema, out, dialect);
  if (has & MARKS) for (const key of FLAGS) if (schema[key] === true) out[key] = true;
  if (has & PARTS) applicators(schema, out, dialect, depth);
  required(schema, out);
  return out;
}

function types(schema: Node, out: Schema, dialect: Dialect): void {
  if (typeof schema.type === 'string' && TYPES.has(schema.type)) out.type = schema.type;
  else if (schema.type !== undefined) oddTypes(Array.isArray(schema.type) ? schema.type : [schema.type], out, dialect);
  if (typeof schema.format === 'string' && schema.format !== '') out.format = schema.format;
}

function oddTypes(given: readonly unknown[], out: Schema, dialect: Dialect): void {
  const kept: string[] = [];
  for (const type of given) {
    const stray = STRAY_TYPES[String(type).toLowerCase()];
    if (TYPES.has(type as string)) kept.push(type as string);
    else if (TYPES.has(String(type).toLowerCase())) kept.push(String(type).toLowerCase());
    else if (stray) {
      kept.push(String(stray.type));
      if (stray.format !== undefined) out.format = stray.format;
    } else dialect.warn(`type ${JSON.stringify(type)?.slice(0, 60)} is none of JSON Schema's and was left out`);
  }
  const unique = [...new Set(kept)];
  if (unique.length === given.length && unique.length > 0) out.type = unique.length === 1 ? unique[0] : unique;
}

function values(schema: Node, out: Schema): void {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) out.enum = fittingEnum(schema.enum, out.type);
  if (schema.const !== undefined) out.const = schema.const;
  if (schema.default !== undefined && isPlain(schema.default)) out.default = schema.default;
  const examples = Array.isArray(schema.examples) ? schema.examples : schema.example === undefined ? [] : [schema.example];
  const kept = examples.filter(isPlain).slice(0, 3);
  if (kept.length > 0) out.examples = kept;
  for (const key of CONTENTS) if (typeof schema[key] === 'string') out[key] = schema[key];
}

/** YAML turns `on`, `1.0` and dates into what their author did not mean: an enum of strings is one of strings. */
function fittingEnum(values: readonly unknown[], type: unknown): unknown[] {
  if (type === 'string' && values.every(value => typeof value === 'string')) return [...new Set(values)];
  const types = new Set(Array.isArray(type) ? type : [type]);
  const fitted = values.map(value => {
    if (types.has('string') && ['number', 'boolean'].includes(typeof value) && !types.has(typeof value) && !types.has('integer'))
      return String(value);
    if (
      (types.has('integer') || types.has('number')) &&
      !types.has('string') &&
      typeof value === 'string' &&
      value.trim() !== '' &&
      Number.isFinite(Number(value))
    )
      return Number(value);
    if (types.has('boolean') && !types.has('string') && (value === 'true' || value === 'false')) return value === 'true';
    return value;
  });
  return [...new Map(fitted.map(value => [JSON.stringify(value), value])).values()];
}

/** An example is shown as it is, so it must be short, and itself: a reference to one elsewhere says nothing. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string' ? value.length < EXAMPLE / 6 - 2 : typeof value !== 'object') return true;
  const json = JSON.stringify(value) ?? '';
  return json.length <= EXAMPLE && !json.includes('"$ref"');
}

const finite = (value: unknown): number | undefined => {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

function numbers(schema: Node, out: Schema): void {
  for (const key of COUNTS) {
    const count = finite(schema[key]);
    if (count !== undefined && Number.isInteger(count) && count >= 0) out[key] = count;
  }
  const multiple = finite(schema.multipleOf);
  if (multiple !== undefined && multiple > 0) out.multipleOf = multiple;
  for (const [key, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const bound = finite(schema[key]);
    const other = typeof schema[exclusive] === 'boolean' ? undefined : finite(schema[exclusive]);
    if (bound !== undefined) out[schema[exclusive] === true ? exclusive : key] = bound;
    if (other !== undefined) out[exclusive] = other;
  }
}

function patterns(schema: Node, out: Schema, dialect: Dialect): void {
  if (typeof schema.pattern !== 'string') return;
  const pattern = portable(schema.pattern);
  if (pattern === undefined)
    dialect.warn(`pattern ${schema.pattern.slice(0, 80)} is no regular expression JavaScript knows and was left out`);
  else out.pattern = pattern;
}

const portables = new Map<string, string | undefined>();

/** The pattern as a Unicode regular expression, with escapes other engines allow taken off; undefined when it cannot be one. */
function portable(pattern: string): string | undefined {
  if (portables.has(pattern)) return portables.get(pattern);
  if (portables.size > 10_000) portables.clear();
  const candidates = [pattern, pattern.replace(/\\([^A-Za-z0-9^$\\.*+?()[\]{}|/-])/g, '$1'), pattern.replace(/^\/(.*)\/[a-z]*$/s, '$1')];
  const found = candidates.find(compiles);
  portables.set(pattern, found);
  return found;
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    // That is the question.
    return false;
  }
}

function applicators(schema: Node, out: Schema, dialect: Dialect, depth: number): void {
  for (const key of ONE) if (isObject(schema[key]) || typeof schema[key] === 'boolean') out[key] = convert(schema[key], dialect, depth + 1);
  for (const key of MANY) {
    const list = schema[key];
    if (Array.isArray(list) && list.length > 0) out[key] = list.map(item => convert(item, dialect, depth + 1));
  }
  for (const key of MAPS) {
    const map = schema[key];
    if (!isObject(map)) continue;
    const entries = Object.entries(map).filter(([name]) => key !== 'patternProperties' || compiles(name));
    out[key] = Object.fromEntries(entries.map(([name, item]) => [name, convert(item, dialect, depth + 1)]));
  }
  if (Array.isArray(schema.items)) {
    if (schema.items.length > 0) out.prefixItems = schema.items.map(item => convert(item, dialect, depth + 1));
  } else if (schema.items !== undefined) out.items = convert(schema.items, dialect, depth + 1);
  if (isObject(schema.dependentRequired)) out.dependentRequired = schema.dependentRequired;
}

/** Read-only properties are required of responses only, and the table serves both ways. */
function required(schema: Node, out: Schema): void {
  if (!Array.isArray(schema.required)) return;
  const properties = isObject(schema.properties) ? schema.properties : {};
  const names = schema.required.filter((name): name is string => typeof name === 'string' && !isReadOnly(properties[name]));
  if (names.length > 0) out.required = [...new Set(names)];
}

const isReadOnly = (property: unknown): boolean => isObject(property) && property.readOnly === true;

function nullable(schema: Node, out: Schema): Schema {
  if (schema.nullable !== true && schema['x-nullable'] !== true) return out;
  if (Array.isArray(out.enum) && !out.enum.includes(null)) out.enum = [...out.enum, null];
  if (typeof out.type === 'string' || Array.isArray(out.type)) {
    out.type = [...new Set([...(Array.isArray(out.type) ? out.type : [out.type]), 'null'])];
  }
  if (out.allOf === undefined && out.anyOf === undefined && out.oneOf === undefined && out.const === undefined) return out;
  const { title, description, ...rest } = out;
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }), anyOf: [rest, { type: 'null' }] };
}
