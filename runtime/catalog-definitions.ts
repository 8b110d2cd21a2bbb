import type { JsonSchema } from '../machines/schema/tool.ts';
import type { Store } from './store.ts';

/** Characters of definitions that are kept parsed; in memory they take some five times as much. */
const KEPT = 2 * 1024 * 1024;

interface Parsed {
  readonly schema: JsonSchema;
  readonly size: number;
}

/**
 * The definition tables of all sources, read as they are asked for. Tools of a source come to the same definitions over and over: those
 * asked for last stay parsed, and with them what is made of them. Nobody changes what comes from here.
 */
export function createCatalogDefinitions(store: Pick<Store, 'definition'>) {
  const parsed = new Map<string, Parsed>();
  let size = 0;

  function drop(key: string, known: Parsed): void {
    parsed.delete(key);
    size -= known.size;
  }

  function read(key: string): Parsed | undefined {
    const json = store.definition.getSync(key);
    return json === undefined ? undefined : { schema: JSON.parse(json) as JsonSchema, size: json.length };
  }

  return {
    /** The definition in the row of this key. */
    get(key: string): JsonSchema | undefined {
      const known = parsed.get(key);
      if (known) drop(key, known);
      const found = known ?? read(key);
      if (!found) return undefined;
      parsed.set(key, found);
      size += found.size;
      for (const [oldest, last] of parsed) {
        if (size <= KEPT || oldest === key) break;
        drop(oldest, last);
      }
      return found.schema;
    },

    /** What begins so is gone, or may be another from now on. */
    forget(prefix: string): void {
      for (const [key, known] of parsed) if (key.startsWith(prefix)) drop(key, known);
    },
  };
}
