import type { CallContext } from '../machines/schema/call.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { JsonSchema, Tool } from '../machines/schema/tool.ts';
import { createCatalogDefinitions } from './catalog-definitions.ts';
import { createCatalogRows, revisionRange as range } from './catalog-rows.ts';
import { createHeldRevisions } from './held-revisions.ts';
import { BUILTIN, builtinTools } from './kinds/builtin/tools.ts';
import type { KnownSources } from './known-sources.ts';
import type { ToolDescription } from './runtime.ts';
import { closure } from './schema/closure.ts';
import type { Lookup } from './schema/references.ts';
import { sample } from './schema/sample.ts';
import { typescript } from './schema/typescript.ts';
import { createValidators } from './schema/validators.ts';
import { createSearchIndex } from './search-index.ts';
import type { Op, Store } from './store.ts';
import { isStricterEffect } from './strictness.ts';
import type { Changed } from './widened.ts';

/** An output schema is documentation: beyond so many definitions it says no more. */
const OUTPUT_DEFINITIONS = 60;
/** How many parsed tools are kept at hand. */
const KEPT = 2000;

/**
 * The tools of all sources. Rows are written under a new revision of their source; the source's own row says which revision counts,
 * so a half-written catalog is never seen.
 */
export function createCatalog(store: Store, sources: KnownSources, isOver: (program: string) => boolean = () => true) {
  const index = createSearchIndex(store, sources);
  const { search } = index;
  const tools = new Map<string, Tool>();
  /** Of which revision a tool is that was read. */
  const revisions = new WeakMap<object, number>();
  const held = createHeldRevisions(store);
  const lookupOf = (tool: Pick<Tool, 'source'>): Lookup => lookupIn(tool.source, revisions.get(tool) ?? sources.revision(tool.source) ?? 0);
  const validators = createValidators(lookupOf);
  const definitions = createCatalogDefinitions(store);

  /** One lookup for each revision: what is compiled of definitions is remembered by it. */
  const lookups = new Map<string, Lookup>();
  function lookupIn(source: string, revision: number): Lookup {
    const key = `${source}!${revision}`;
    const known = lookups.get(key);
    if (known) return known;
    const lookup: Lookup = name => definitions.get(`${key}!${name}`);
    lookups.set(key, lookup);
    return lookup;
  }

  function missing(path: string): FaultError {
    const namespace = path.split('.', 1)[0]!;
    const source = sources.get(namespace);
    if (source && source.state !== 'removed' && !source.context.catalogued) {
      const why = source.state === 'failed' ? `has failed: ${source.context.fault?.message}` : `is still ${source.state}`;
      return new FaultError('tool_not_found', `there is no tool ${path}: its source ${namespace} ${why}`, { details: { suggestions: [] } });
    }
    index.open(namespace);
    const suggestions = search.near(path, 5);
    const hint = suggestions.length > 0 ? `; did you mean ${suggestions.join(', ')}?` : '. Find tools with a search';
    return new FaultError('tool_not_found', `there is no tool ${path}${hint}`, { details: { suggestions } });
  }

  /** A tool as a revision has it. */
  function toolIn(source: string, revision: number, path: string): Tool | undefined {
    const key = `${source}!${revision}!${path}`;
    const known = tools.get(key);
    if (known) return known;
    const json = store.tool.getSync(key);
    return json === undefined ? undefined : keep(key, JSON.parse(json) as Tool, revision);
  }

  function keep(key: string, tool: Tool, revision: number): Tool {
    if (tools.size >= KEPT) tools.delete(tools.keys().next().value!);
    tools.set(key, tool);
    revisions.set(tool, revision);
    return tool;
  }

  /** A tool of a revision that counts no longer. What it does is what either revision says, whichever is worse. */
  function former(source: string, revision: number, path: string, current: number): Tool | undefined {
    const tool = toolIn(source, revision, path);
    const effect = tool && toolIn(source, current, path)?.effect;
    if (!tool || !effect || !isStricterEffect(effect, tool.effect)) return tool;
    const key = `${source}!${revision}<${current}!${path}`;
    return tools.get(key) ?? keep(key, { ...tool, effect }, revision);
  }

  function find(path: string, wanted?: number): { tool: Tool; revision: number } {
    const source = path.slice(0, Math.max(path.indexOf('.'), 0));
    const builtin = source === BUILTIN ? builtinTools.get(path) : undefined;
    if (builtin) return { tool: builtin, revision: 0 };
    const revision = sources.revision(source);
    if (revision === undefined) throw missing(path);
    const before = wanted === undefined || wanted === revision ? undefined : former(source, wanted, path, revision);
    if (before) return { tool: before, revision: wanted! };
    const tool = toolIn(source, revision, path);
    if (!tool) throw missing(path);
    return { tool, revision };
  }

  async function definitionsOf(source: string, revision: number) {
    const found = new Map<string, Changed['after']>();
    for await (const json of store.tool.values(range(source, revision))) {
      const { path, hash, effect } = JSON.parse(json) as Tool;
      found.set(path, { hash, effect });
    }
    return found;
  }

  /** Paths of tools that read, by the path of the API they read. */
  const getters = new Map<string, Promise<Map<string, string>>>();
  async function gettersOf(source: string, revision: number): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const json of store.tool.values(range(source, revision))) {
      if (!json.includes('"effect":"read"')) continue;
      const { path, binding } = JSON.parse(json) as Tool;
      if (typeof binding.path === 'string' && String(binding.method).toUpperCase() === 'GET') found.set(binding.path, path);
    }
    return found;
  }

  const rows = createCatalogRows({
    store,
    sources,
    held,
    isOver,
    onGone(source) {
      definitions.forget(`${source}!`);
      for (const cache of [tools, lookups, getters]) for (const key of cache.keys()) if (key.startsWith(`${source}!`)) cache.delete(key);
    },
  });

  return {
    search,

    /** Resolves when `search` knows what counts now. */
    searchable: index.ready,

    /** Takes a source that is gone out of the search. */
    unlist: index.forget,

    /** @throws FaultError tool_not_found with near names */
    find,

    /**
     * The tool of a call. A program keeps to the revision it began with, as far as that has the tool; its source must still be there.
     * @throws FaultError tool_not_found with near names
     */
    of: (context: CallContext): { tool: Tool; revision: number } => find(context.path, held.of(context)),

    /** The tool as it is defined now, when that is otherwise than in the revision it was taken from. */
    successor(tool: Tool): Tool | undefined {
      const [before, revision] = [revisions.get(tool), sources.revision(tool.source)];
      if (before === undefined || revision === undefined || before === revision) return undefined;
      const now = toolIn(tool.source, revision, tool.path);
      return now?.hash === tool.hash ? undefined : now;
    },

    /** A row of the definition table that a tool refers to. */
    definition: (tool: Pick<Tool, 'source'>, name: string): JsonSchema | undefined => lookupOf(tool)(name),

    /** The definitions that the schemas of a tool refer to. */
    lookupOf,
    /** The operation that reads what is at a path of an API, where there is one. Looked for once per revision. */
    async getterAt(source: string, path: string): Promise<Tool | undefined> {
      const revision = sources.revision(source);
      if (revision === undefined) return undefined;
      const key = `${source}!${revision}`;
      const known = getters.get(key) ?? gettersOf(source, revision);
      getters.set(key, known);
      const found = (await known).get(path);
      return found === undefined ? undefined : find(found).tool;
    },

    /** The tools of a source that read. */
    async *reads(source: string): AsyncIterable<Tool> {
      const revision = sources.revision(source);
      if (revision === undefined) return;
      for await (const json of store.tool.values(range(source, revision))) {
        if (json.includes('"effect":"read"')) yield JSON.parse(json) as Tool;
      }
    },

    /** Whether a tool waits for the owner's review. */
    isHeld: (path: string): boolean => sources.context(path.slice(0, path.indexOf('.')))?.held?.includes(path) ?? false,

    /** @throws FaultError invalid_arguments naming the path and the near name */
    validate: (tool: Tool, input: Readonly<Record<string, unknown>>): void => validators.check(tool, input),

    /** What a tool may answer with, of its own schema; undefined when it says nothing of that. */
    outputSample(path: string): unknown {
      const { tool, revision } = find(path);
      return tool.outputSchema === undefined ? undefined : sample(tool.outputSchema, lookupIn(tool.source, revision));
    },

    describe(path: string): Omit<ToolDescription, 'policy'> {
      const { tool, revision } = find(path);
      const lookup = lookupIn(tool.source, revision);
      const read = remembering(lookup);
      const inputSchema = closure(tool.inputSchema, read);
      return {
        path: tool.path,
        source: tool.source,
        title: tool.title ?? tool.path,
        description: tool.description,
        effect: tool.effect,
        inputSchema,
        ...(tool.outputSchema !== undefined && { outputSchema: closure(tool.outputSchema, read, { limit: OUTPUT_DEFINITIONS }) }),
        typescript: typescript(tool, read),
        sample: sample(tool.inputSchema, lookup),
      };
    },

    /** Where a new revision is written, chunk by chunk; leftovers of an attempt that a crash ended are removed first. */
    async writeRevision(source: string, revision: number) {
      await rows.clear(source, revision);
      let chunk = 0;
      let piece = 0;
      return {
        tools: (rows: readonly { path: string; json: string }[], hits: string): Promise<number> => {
          const ops: Op[] = rows.map(({ path, json }) => store.put(store.tool, `${source}!${revision}!${path}`, json));
          ops.push(store.put(store.hits, `${source}!${revision}!${chunk++}`, hits));
          return store.write(ops);
        },
        packed: (bytes: Uint8Array): Promise<number> => store.write([index.putPiece(`${source}!${revision}!${piece++}`, bytes)]),
        definitions: (rows: readonly { name: string; json: string }[]): Promise<number> =>
          store.write(rows.map(({ name, json }) => store.put(store.definition, `${source}!${revision}!${name}`, json))),
      };
    },

    /** What a new revision adds, changes and removes, with the tools that are new or different. */
    async difference(source: string, before: number, after: number) {
      const old = await definitionsOf(source, before);
      const added: string[] = [];
      const changed: string[] = [];
      const tools = new Map<string, Changed>();
      for (const [path, now] of await definitionsOf(source, after)) {
        const was = old.get(path);
        old.delete(path);
        if (was?.hash === now.hash) continue;
        (was ? changed : added).push(path);
        tools.set(path, { ...(was && { before: was }), after: now });
      }
      return { added, changed, removed: [...old.keys()], tools };
    },

    /** Tools of a revision whose requests can go to one of these origins. */
    async servedFrom(source: string, revision: number, origins: readonly string[]): Promise<string[]> {
      const found: string[] = [];
      for await (const json of store.tool.values(range(source, revision))) {
        if (origins.some(origin => json.includes(origin))) found.push((JSON.parse(json) as Tool).path);
      }
      return found;
    },

    /** The origins that the requests of these tools can go to, of those their source has. */
    originsOf(paths: readonly string[]): string[] {
      const found = new Set<string>();
      for (const path of paths) {
        const { tool } = find(path);
        const origins = new Set(sources.context(tool.source)?.catalogued?.origins);
        for (const [address] of JSON.stringify(tool.binding).matchAll(/https?:\/\/[^"/?#\\]+/gi)) {
          if (URL.canParse(address) && origins.has(new URL(address).origin)) found.add(new URL(address).origin);
        }
      }
      return [...found];
    },

    hold: held.hold,
    rest: held.rest,
    letGo: rows.letGo,
    prune: rows.prune,
    sweep: rows.sweep,
    idle: rows.idle,
  };
}
export type Catalog = ReturnType<typeof createCatalog>;

/** A lookup that reads each definition once: what shows a tool comes to the same ones several times. */
function remembering(lookup: Lookup): Lookup {
  const known = new Map<string, JsonSchema | undefined>();
  return name => {
    if (!known.has(name)) known.set(name, lookup(name));
    return known.get(name);
  };
}
