import type { JsonSchema } from '../../machines/schema/tool.ts';
import { definitionOf, isSchemaObject } from '../schema/references.ts';

/**
 * Definitions that are made of themselves with neither an object's property nor a list in between: `A = A | B`, `A = B`, `B = A`, or
 * `A = Record<string, A>`. TypeScript refuses such an alias.
 */
export function circles(definitions: ReadonlyMap<string, JsonSchema>): Set<string> {
  const direct = new Map([...definitions].map(([name, schema]) => [name, directOf(schema)]));
  const found = new Set<string>();
  for (const name of definitions.keys()) {
    const seen = new Set<string>();
    const waiting = [...direct.get(name)!];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next === name) {
        found.add(name);
        break;
      }
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(...(direct.get(next) ?? []));
    }
  }
  return found;
}

function directOf(schema: unknown): string[] {
  if (!isSchemaObject(schema)) return [];
  const name = definitionOf(schema.$ref);
  if (name !== undefined) return [name];
  const members = (['allOf', 'anyOf', 'oneOf'] as const).flatMap(key => (Array.isArray(schema[key]) ? schema[key] : []));
  const isRecord = !isSchemaObject(schema.properties) || Object.keys(schema.properties).length === 0;
  return [...members.flatMap(directOf), ...(isRecord ? directOf(schema.additionalProperties) : [])];
}
