import type { JsonSchema } from '../../machines/schema/tool.ts';
import { hasFormat } from './engine.ts';
import { definitionOf, isSchemaObject, type Lookup } from './references.ts';

/**
 * Whether a value fits a schema, by reading the schema. To compile one takes some fifty times as long, which is too long where a single
 * small value is looked at. Where the schema says something this does not know, or not in the way the validator wants it, the answer is
 * undefined: ask the validator. Otherwise it is what the validator would say.
 */
export function fits(value: unknown, schema: JsonSchema, lookup: Lookup): boolean | undefined {
  try {
    return check(value, schema, { lookup, depth: 0, seen: { schemas: 0 } });
  } catch {
    // Not known here, or what the validator would not take either: an expression that is none.
    return undefined;
  }
}

interface State {
  readonly lookup: Lookup;
  readonly depth: number;
  readonly seen: { schemas: number };
}

type Schema = Record<string, unknown>;
type Keyword = (value: unknown, given: unknown, schema: Schema, state: State) => boolean;

const DEEPEST = 60;
/** Schemas looked at for one value: definitions can unfold into each other without end. */
const MOST = 5_000;

function unsure(): never {
  throw new Error('ask the validator');
}

function check(value: unknown, schema: unknown, state: State): boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isSchemaObject(schema) || state.depth > DEEPEST || state.seen.schemas++ > MOST) return unsure();
  const within = { ...state, depth: state.depth + 1 };
  let good = true;
  // To the end, though it fits no more: further on may be what is not known here.
  for (const key in schema) {
    if (ANNOTATIONS.has(key)) continue;
    const keyword = KEYWORDS.get(key) ?? unsure();
    if (!keyword(value, schema[key], schema, within)) good = false;
  }
  return good;
}

const ANNOTATIONS: ReadonlySet<string> = new Set(
  'title description default examples deprecated readOnly writeOnly contentEncoding contentMediaType $defs'.split(' '),
);

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isObject = isSchemaObject;
const isPrimitive = (value: unknown): boolean => typeof value !== 'object' || value === null;

const TYPES: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<string, (value: unknown) => boolean>([
  ['string', isText],
  ['number', isNumber],
  ['integer', Number.isInteger],
  ['boolean', value => typeof value === 'boolean'],
  ['array', isList],
  ['object', isObject],
  ['null', value => value === null],
]);

const some = (given: unknown): unknown[] => (isList(given) && given.length > 0 ? given : unsure());
const namesIn = (given: unknown): string[] => (isList(given) && given.every(isText) ? given : unsure());
const mapOf = (given: unknown): Schema => (isObject(given) && !Object.hasOwn(given, '__proto__') ? given : unsure());
const same = (value: unknown, other: unknown): boolean => (isPrimitive(other) ? value === other : isPrimitive(value) ? false : unsure());
const hasAll = (value: Schema, names: readonly string[]): boolean => names.every(name => value[name] !== undefined);
const all = (results: readonly boolean[]): boolean => !results.includes(false);

/** A keyword that is a number and restrains values of one type. */
const limit =
  <T>(isOne: (value: unknown) => value is T, isWithin: (value: T, limit: number) => boolean): Keyword =>
  (value, given) =>
    isNumber(given) ? !isOne(value) || isWithin(value, given) : unsure();

const length = (text: string): number => [...text].length;
const size = (value: Schema): number => Object.keys(value).length;

const isMultiple = (value: number, step: number): boolean => {
  const times = value / step;
  return times === Number.parseInt(String(times), 10);
};

function isUnique(items: readonly unknown[]): boolean {
  if (items.length < 2) return true;
  return items.every(isText) || items.every(isNumber) ? new Set<unknown>(items).size === items.length : unsure();
}

function refersTo(given: unknown, { lookup }: State): JsonSchema {
  return lookup(definitionOf(given) ?? unsure()) ?? true;
}

/** How many of these schemas a value fits; each is looked at. */
const fitting = (value: unknown, given: unknown, state: State): number =>
  some(given)
    .map(member => check(value, member, state))
    .filter(Boolean).length;

function additional(value: Schema, given: unknown, { properties = {} }: Schema, state: State): boolean {
  const known = mapOf(properties);
  return all(Object.keys(value).map(name => Object.hasOwn(known, name) || check(value[name], given, state)));
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['$ref', (value, given, _, state) => check(value, refersTo(given, state), state)],
  [
    'type',
    (value, given) =>
      some([given].flat())
        .map(type => (TYPES.get(type) ?? unsure())(value))
        .includes(true),
  ],
  [
    'enum',
    (value, given) =>
      some(given)
        .map(item => same(value, item))
        .includes(true),
  ],
  ['const', (value, given) => same(value, given)],
  ['minLength', limit(isText, (value, least) => length(value) >= least)],
  ['maxLength', limit(isText, (value, most) => length(value) <= most)],
  ['pattern', (value, given) => (isText(given) ? new RegExp(given, 'u') : unsure()).test(isText(value) ? value : '') || !isText(value)],
  ['format', (value, given) => hasFormat(value, isText(given) ? given : unsure())],
  ['minimum', limit(isNumber, (value, least) => value >= least)],
  ['maximum', limit(isNumber, (value, most) => value <= most)],
  ['exclusiveMinimum', limit(isNumber, (value, least) => value > least)],
  ['exclusiveMaximum', limit(isNumber, (value, most) => value < most)],
  ['multipleOf', limit(isNumber, isMultiple)],
  ['minItems', limit(isList, (value, least) => value.length >= least)],
  ['maxItems', limit(isList, (value, most) => value.length <= most)],
  ['minProperties', limit(isObject, (value, least) => size(value) >= least)],
  ['maxProperties', limit(isObject, (value, most) => size(value) <= most)],
  ['uniqueItems', (value, given) => given !== true || !isList(value) || isUnique(value)],
  ['items', (value, given, _, state) => !isList(value) || all(value.map(item => check(item, given, state)))],
  ['required', (value, given) => !isObject(value) || hasAll(value, namesIn(given))],
  [
    'properties',
    (value, given, _, state) =>
      !isObject(value) ||
      all(Object.entries(mapOf(given)).map(([name, schema]) => value[name] === undefined || check(value[name], schema, state))),
  ],
  ['additionalProperties', (value, given, schema, state) => !isObject(value) || additional(value, given, schema, state)],
  [
    'dependentRequired',
    (value, given) =>
      !isObject(value) ||
      all(Object.entries(mapOf(given)).map(([name, names]) => value[name] === undefined || hasAll(value, namesIn(names)))),
  ],
  ['allOf', (value, given, _, state) => fitting(value, given, state) === some(given).length],
  ['anyOf', (value, given, _, state) => fitting(value, given, state) > 0],
  ['oneOf', (value, given, _, state) => fitting(value, given, state) === 1],
  ['not', (value, given, _, state) => !check(value, given, state)],
]);
