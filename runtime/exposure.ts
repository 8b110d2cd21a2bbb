import { FaultError } from '../machines/schema/fault.ts';
import type { Effect, JsonSchema, Tool } from '../machines/schema/tool.ts';
import type { Catalog } from './catalog.ts';
import type { KnownSources } from './known-sources.ts';
import { closure } from './schema/closure.ts';
import { sha256 } from './schema/hash.ts';
import type { Store } from './store.ts';

/** A tool as it is shown where its source is shown by itself, under a name that every known client accepts. */
export interface ExposedTool {
  readonly path: string;
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly effect: Effect;
  /** Self-contained. */
  readonly inputSchema: JsonSchema;
  /** How an MCP server lists it itself. */
  readonly listed?: Readonly<Record<string, unknown>>;
}

/** Clients refuse longer names (WANTS, row 34). */
const NAME_CHARACTERS = 60;
const HASH_CHARACTERS = 8;
const ACCEPTED = new RegExp(`^[A-Za-z0-9_-]{1,${NAME_CHARACTERS}}$`);

/** So many sources' lists are kept; a list is made anew when its source has changed. */
const KEPT = 20;

/** Lists the tools of a source for a surface that shows them by their own names. */
export function createExposure(store: Store, sources: KnownSources, catalog: Catalog) {
  const kept = new Map<string, { revision: number; tools: Promise<ExposedTool[]> }>();

  async function read(namespace: string, revision: number): Promise<ExposedTool[]> {
    const rows: Tool[] = [];
    for await (const json of store.tool.values({ gte: `${namespace}!${revision}!`, lt: `${namespace}!${revision}"` })) {
      rows.push(JSON.parse(json) as Tool);
    }
    const names = namesOf(rows);
    return rows.map(tool => {
      const { listed } = tool.binding as { listed?: Record<string, unknown> };
      return {
        path: tool.path,
        name: names.get(tool.path)!,
        ...(tool.title !== undefined && { title: tool.title }),
        description: tool.description,
        effect: tool.effect,
        inputSchema: closure(tool.inputSchema, catalog.lookupOf(tool)),
        ...(listed && { listed }),
      };
    });
  }

  /** @throws FaultError source_not_found */
  return function exposed(namespace: string): Promise<ExposedTool[]> {
    const revision = sources.revision(namespace);
    if (revision === undefined) {
      const known = sources.get(namespace);
      if (!known || known.state === 'removed') throw new FaultError('source_not_found', `there is no source ${namespace}`);
      return Promise.resolve([]);
    }
    const known = kept.get(namespace);
    if (known?.revision === revision) return known.tools;
    const tools = read(namespace, revision);
    kept.delete(namespace);
    kept.set(namespace, { revision, tools });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    tools.catch(() => kept.delete(namespace));
    return tools;
  };
}

/** A name for each path: the same in every revision, because it depends on nothing but the path and the server's own name. */
export function namesOf(tools: readonly Pick<Tool, 'path' | 'binding'>[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const { path, binding } of tools) {
    const { listed } = binding as { listed?: { name?: unknown } };
    const own = typeof listed?.name === 'string' ? listed.name : joined(path);
    const name = own !== undefined && ACCEPTED.test(own) && !taken.has(own) ? own : hashed(own ?? path.slice(path.indexOf('.') + 1), path);
    taken.add(name);
    names.set(path, name);
  }
  return names;
}

/** `issues.create` as `issues_create`; undefined where two paths could come to the same. */
function joined(path: string): string | undefined {
  const [first = '', ...rest] = path.split('.').slice(1);
  return rest.length <= 1 && !first.includes('_') ? [first, ...rest].join('_') : undefined;
}

function hashed(words: string, path: string): string {
  const room = NAME_CHARACTERS - HASH_CHARACTERS - 1;
  const plain = words.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, room);
  return `${plain}_${sha256(path).slice(0, HASH_CHARACTERS)}`;
}
