import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { eachSchema, isSchemaObject } from '../../schema/references.ts';

/**
 * Moves what a schema refers to within itself into the source's table, under names of its own: `#/$defs/x`, `#/definitions/x`, `#` and any
 * other pointer. A reference that leads nowhere, or out of the document, restrains nothing: one broken schema must not cost a tool.
 */
export function hoist(schema: JsonSchema, scope: string, definitions: Map<string, JsonSchema>): JsonSchema {
  if (!isSchemaObject(schema)) return schema;
  const root = structuredClone(schema);
  const names = new Map<string, string>();

  const move = (pointer: string): string | undefined => {
    const known = names.get(pointer);
    if (known !== undefined) return known;
    const target = at(root, pointer);
    if (!isSchemaObject(target) && typeof target !== 'boolean') return undefined;
    const name = `${scope}${pointer === '' ? '' : `.${pointer.replace(/^\/(\$defs|definitions)\//, '').replace(/[^A-Za-z0-9_.-]+/g, '_')}`}`;
    const free = uniqueIn(definitions, name);
    names.set(pointer, free);
    definitions.set(free, true);
    definitions.set(free, rewritten(target as JsonSchema));
    return free;
  };

  function rewritten(part: JsonSchema): JsonSchema {
    if (!isSchemaObject(part)) return part;
    const { $defs: _, definitions: __, ...copy } = structuredClone(part);
    // The dialect and the name of a part are of no use in a table, and change what references mean.
    eachSchema(copy, node => {
      delete node.$schema;
      delete node.$id;
      delete node.$anchor;
      const reference = node.$ref ?? node.$dynamicRef;
      if (reference === undefined) return;
      delete node.$ref;
      delete node.$dynamicRef;
      const name = typeof reference === 'string' && reference.startsWith('#') ? move(decoded(reference.slice(1))) : undefined;
      if (name !== undefined) node.$ref = `#/$defs/${name}`;
    });
    return copy;
  }
  return rewritten(root);
}

function at(root: unknown, pointer: string): unknown {
  let value = root;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return pointer === '' || pointer.startsWith('/') ? value : undefined;
}

function decoded(pointer: string): string {
  try {
    return decodeURIComponent(pointer);
  } catch {
    // A bare percent sign: it is meant as it stands.
    return pointer;
  }
}

function uniqueIn(definitions: ReadonlyMap<string, JsonSchema>, name: string): string {
  let free = name;
  for (let n = 2; definitions.has(free); n++) free = `${name}_${n}`;
  return free;
}
