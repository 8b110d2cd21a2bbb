import type { JsonSchema } from '../../machines/schema/tool.ts';
import { definitionOf, isSchemaObject, type Lookup, mapSchemas, referencesIn } from './references.ts';

/** Names of all definitions a schema reaches, in the order they are come upon; at most `limit` of them. */
export function reach(schema: unknown, lookup: Lookup, limit = Number.POSITIVE_INFINITY): Map<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const waiting = [...referencesIn(schema)];
  for (let at = 0; at < waiting.length && found.size < limit; at++) {
    const name = waiting[at]!;
    if (found.has(name)) continue;
    const definition = lookup(name) ?? true;
    found.set(name, definition);
    waiting.push(...referencesIn(definition));
  }
  return found;
}

/**
 * Makes a schema self-contained: the definitions it reaches, and only those, under `$defs`. Nothing is inlined. With a `limit`, that many
 * definitions are carried, nearest first, and what the last of them refer to is taken as anything: fit to read, not to validate with.
 */
export function closure(schema: JsonSchema, lookup: Lookup, options: { readonly limit?: number } = {}): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const definitions = reach(schema, lookup, options.limit);
  if (definitions.size === 0) return schema;
  const $defs: Record<string, JsonSchema> = {};
  for (const [name, definition] of definitions) $defs[name] = definition;
  if (options.limit === undefined || definitions.size < options.limit) return { ...schema, $defs };
  for (const [name, definition] of definitions) $defs[name] = openEnds(definition, definitions);
  return { ...(openEnds(schema, definitions) as Record<string, unknown>), $defs };
}

/** The schema with references that all lead somewhere: itself where they do, else a copy of what is around those that do not. */
function openEnds(schema: JsonSchema, definitions: ReadonlyMap<string, JsonSchema>): JsonSchema {
  if ([...referencesIn(schema)].every(name => definitions.has(name))) return schema;
  return mapSchemas(schema, node => {
    const name = definitionOf(node.$ref);
    if (name === undefined || definitions.has(name)) return node;
    const { $ref: _, ...open } = node;
    open.description ??= `${name} (left out)`;
    return open;
  }) as JsonSchema;
}
