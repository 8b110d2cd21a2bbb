import type { JsonSchema } from '../../machines/schema/tool.ts';

const PREFIX = '#/$defs/';

/** Finds a definition of the table a schema belongs to. */
export type Lookup = (name: string) => JsonSchema | undefined;

/** The definition a `$ref` names, or undefined when it is no reference into the table. */
export const definitionOf = (ref: unknown): string | undefined =>
  typeof ref === 'string' && ref.startsWith(PREFIX) ? ref.slice(PREFIX.length) : undefined;

const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs']);
const DATA: ReadonlySet<string> = new Set(['x-executor-later', 'const', 'enum', 'examples', 'default', 'required', 'dependentRequired']);

export const isSchemaObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Calls back for every schema inside a schema, itself first. Data such as `default` or `examples` is no schema. What is inside of one for
 * which `visit` gives `false` is left out.
 */
export function eachSchema(schema: unknown, visit: (schema: Record<string, unknown>) => unknown): void {
  if (!isSchemaObject(schema) || visit(schema) === false) return;
  for (const key in schema) {
    const value = schema[key];
    if (typeof value !== 'object' || value === null || DATA.has(key)) continue;
    if (Array.isArray(value)) for (const item of value) eachSchema(item, visit);
    else if (MAPS.has(key)) for (const name in value) eachSchema((value as Record<string, unknown>)[name], visit);
    else eachSchema(value, visit);
  }
}

type Change = (schema: Record<string, unknown>) => Record<string, unknown>;

/** The schema with every schema inside it, then itself, replaced by what `change` makes of it; what nothing is changed in stays the same object. */
export function mapSchemas(schema: unknown, change: Change): unknown {
  if (!isSchemaObject(schema)) return schema;
  let copy = schema;
  for (const key in schema) {
    const value = schema[key];
    if (typeof value !== 'object' || value === null || DATA.has(key)) continue;
    const changed = Array.isArray(value)
      ? listOf(value, change)
      : MAPS.has(key)
        ? mapOf(value as Record<string, unknown>, change)
        : mapSchemas(value, change);
    if (changed === value) continue;
    if (copy === schema) copy = { ...schema };
    copy[key] = changed;
  }
  return change(copy);
}

/** Names of the definitions a schema refers to itself, without those that they refer to in turn. */
export function referencesOf(schema: unknown): Set<string> {
  const found = new Set<string>();
  eachSchema(schema, ({ $ref }) => {
    const name = definitionOf($ref);
    if (name !== undefined) found.add(name);
  });
  return found;
}

const known = new WeakMap<object, ReadonlySet<string>>();

/** The same, remembered for as long as the schema is there: for schemas that are looked at again and again, and changed by nobody. */
export function referencesIn(schema: unknown): ReadonlySet<string> {
  if (!isSchemaObject(schema)) return NONE;
  const found = known.get(schema) ?? referencesOf(schema);
  known.set(schema, found);
  return found;
}

const NONE: ReadonlySet<string> = new Set();

/** The same for many schemas, which have the `repeated` ones in common: those are looked through once. */
export function createReferences(repeated: ReadonlySet<object>): (schema: unknown) => Set<string> {
  return schema => {
    const found = new Set<string>();
    eachSchema(schema, node => {
      if (repeated.has(node)) {
        for (const name of referencesIn(node)) found.add(name);
        return false;
      }
      const name = definitionOf(node.$ref);
      if (name !== undefined) found.add(name);
      return true;
    });
    return found;
  };
}

function listOf(list: readonly unknown[], change: Change): readonly unknown[] {
  const changed = list.map(item => mapSchemas(item, change));
  return changed.some((item, at) => item !== list[at]) ? changed : list;
}

function mapOf(map: Record<string, unknown>, change: Change): Record<string, unknown> {
  let copy = map;
  for (const name in map) {
    const changed = mapSchemas(map[name], change);
    if (changed === map[name]) continue;
    if (copy === map) copy = { ...map };
    copy[name] = changed;
  }
  return copy;
}
