import { FaultError } from '../../../machines/schema/fault.ts';
import type { Effect, JsonSchema, Tool } from '../../../machines/schema/tool.ts';
import { canonical, closureHashes, sha256 } from '../../schema/hash.ts';
import { createReferences } from '../../schema/references.ts';
import { repeatedIn } from '../../schema/repeated.ts';
import { createSignatures } from '../../schema/signature.ts';
import type { Indexed, IndexedTool, IndexInput } from '../kind.ts';
import type { Binding } from './binding.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { descriptionOf, lineOf, titleOf } from './describe.ts';
import { isDiscovery } from './detect.ts';
import { readDiscovery } from './discovery.ts';
import { isObject, type Node, parseDocument, text } from './document.ts';
import { embedExternals } from './external.ts';
import { flatInput } from './input.ts';
import { familyOf } from './media.ts';
import { namePaths } from './names.ts';
import { readOpenApi3 } from './openapi3.ts';
import type { Operation } from './operation.ts';
import { type Reading, readDocument } from './refs.ts';
import { readSecurity } from './security.ts';
import { originOf, serverUrls, trimSlash } from './servers.ts';
import { readSwagger2 } from './swagger2.ts';

/** A tool before its hash, which needs the definition table to be complete. */
type Draft = Omit<Tool, 'hash'> & { keywords: string; line: string; body: 'none' | 'sendable' | 'unsendable' };

/** Makes the catalog of an OpenAPI document: every operation becomes one tool. */
export async function indexOpenApi(input: IndexInput): Promise<Indexed> {
  const root = parseDocument(input.bytes);
  const doc = readDocument(root);
  if (input.external) await embedExternals(root, input.url, input.external, doc.warn);
  const operations = [...operationsOf(doc)];
  if (operations.length === 0) throw new FaultError('source_not_recognised', nothingIn(doc.root));
  const definitions = createDefinitions(doc);
  const paths = namePaths(input.namespace, operations);
  const servers = createServers(doc, input);
  const drafts = operations.map((operation, at) => draftTool(doc, definitions, { operation, path: paths[at]!, input, servers }));
  const security = readSecurity(doc, operations, input.baseUrl ?? servers.main() ?? input.url);
  const table = definitions.complete();
  const finish = createFinish(drafts, table);
  const tools = drafts.map((draft, at) => finish(draft, security.ofTools[at]));
  const base = input.baseUrl ?? servers.main();
  return {
    name: text(isObject(doc.root.info) ? doc.root.info.title : doc.root.title) ?? input.namespace,
    ...(base !== undefined && { baseUrl: base }),
    origins: servers.origins(),
    tools,
    definitions: table,
    ...(security.methods.length > 0 && { auth: security.methods }),
    warnings: doc.warnings,
    report: {
      operations: operations.length,
      tools: tools.length,
      bodiesDeclared: drafts.filter(draft => draft.body !== 'none').length,
      bodiesSendable: drafts.filter(draft => draft.body === 'sendable').length,
    },
  };
}

function operationsOf(doc: Reading): Iterable<Operation> {
  const { root } = doc;
  if (/^2(\.|$)/.test(String(root.swagger ?? ''))) return readSwagger2(doc);
  if (isDiscovery(root)) return readDiscovery(doc);
  if (text(root.openapi) !== undefined || typeof root.openapi === 'number') return readOpenApi3(doc);
  throw new FaultError('source_not_recognised', unrecognised(root));
}

function unrecognised(root: Node): string {
  if (isObject(root.data) && isObject(root.data.__schema)) return 'This is a GraphQL schema, not an OpenAPI document.';
  if (root.asyncapi !== undefined) return 'This is an AsyncAPI document; only OpenAPI describes operations that can be called over HTTP.';
  if (root.item !== undefined && isObject(root.info)) return 'This is a Postman collection; export it as OpenAPI first.';
  return 'This is not an API description: it has neither an `openapi` nor a `swagger` version.';
}

const nothingIn = (root: Node): string =>
  isObject(root.webhooks)
    ? 'The document describes webhooks only; it has no paths, so there is nothing to call.'
    : 'The document has no paths with operations, so there is nothing to call.';

/** Concrete server URLs of operations; the source's base URL replaces them all. */
interface Servers {
  of(operation: Operation): readonly string[];
  /** The one most operations are called at. */
  main(): string | undefined;
  origins(): string[];
}

function createServers(doc: Reading, input: IndexInput): Servers {
  const cache = new Map<unknown, readonly string[]>();
  const uses = new Map<string, number>();
  const replaced = input.baseUrl === undefined ? undefined : [trimSlash(input.baseUrl)];
  function of(operation: Pick<Operation, 'servers'>): readonly string[] {
    if (replaced) return replaced;
    const known = cache.get(operation.servers) ?? serverUrls(operation.servers, input.url, doc.warn);
    cache.set(operation.servers, known);
    if (known[0] !== undefined) uses.set(known[0], (uses.get(known[0]) ?? 0) + 1);
    return known;
  }
  return {
    of,
    main: () => [...uses].sort((a, b) => b[1] - a[1])[0]?.[0],
    origins: () => [...new Set((replaced ?? [...cache.values()].flat()).map(originOf))],
  };
}

interface Drafting {
  readonly operation: Operation;
  readonly path: string;
  readonly input: IndexInput;
  readonly servers: Servers;
}

function draftTool(doc: Reading, definitions: Definitions, { operation, path, input, servers }: Drafting): Draft {
  const urls = servers.of(operation);
  const flat = flatInput(doc, definitions, operation, urls);
  const title = titleOf(operation);
  const accept = acceptOf(operation.produces);
  const binding: Binding = {
    method: operation.method,
    path: operation.path,
    servers: urls,
    parameters: flat.parameters,
    ...(flat.body && { body: flat.body }),
    ...(accept !== undefined && { accept }),
  };
  const output = outputSchema(definitions, operation);
  return {
    path,
    source: input.namespace,
    ...(title !== undefined && { title }),
    description: descriptionOf(operation),
    effect: effectOf(operation.method),
    inputSchema: flat.schema,
    ...(output !== undefined && { outputSchema: output }),
    binding: { ...binding },
    line: lineOf(operation),
    keywords: keywordsOf(operation, flat.names),
    body: operation.body === undefined ? 'none' : flat.body ? 'sendable' : 'unsendable',
  };
}

/** One line each: title, tags and the words of the address, argument names. Search weighs them by line. */
function keywordsOf(operation: Operation, names: readonly string[]): string {
  const plain = (operation.description ?? '').replace(/\(https?:[^)]*\)|<[^>]*>|https?:\S+/g, ' ');
  return [
    operation.summary ?? '',
    `${operation.tags.join(' ')} ${operation.path.replace(/\{[^}]*\}/g, ' ')}`,
    names.slice(0, 40).join(' '),
    plain.slice(0, 300),
  ]
    .map(line => line.replace(/\s+/g, ' ').trim())
    .join('\n');
}

const READS: ReadonlySet<string> = new Set(['get', 'head', 'options', 'trace', 'query']);

const effectOf = (method: string): Effect => (READS.has(method) ? 'read' : method === 'delete' ? 'destructive' : 'write');

function acceptOf(produces: readonly string[]): string | undefined {
  if (produces.length === 0 || produces.some(type => type === 'application/json' || type.includes('*'))) return undefined;
  return [...produces]
    .sort((a, b) => Number(familyOf(b) === 'json') - Number(familyOf(a) === 'json'))
    .slice(0, 4)
    .join(', ');
}

function outputSchema(definitions: Definitions, { output }: Operation): Tool['outputSchema'] {
  if (!output) return undefined;
  const schema = definitions.once(output.schema);
  return output.streamed ? { type: 'array', items: schema } : schema;
}

/** Gives drafts their hashes and hits, once the table they refer to is complete. */
function createFinish(drafts: readonly Draft[], table: ReadonlyMap<string, JsonSchema>) {
  const hashes = closureHashes(table);
  const repeated = repeatedIn(drafts.map(partsOf));
  const written = new Map([...repeated].map(part => [part, canonical(part)]));
  const references = createReferences(repeated);
  const signatures = createSignatures(name => table.get(name), repeated);
  return ({ keywords, line, body: _, ...tool }: Draft, auth: Tool['auth']): IndexedTool => {
    const reached = [...new Set([...references(tool.inputSchema), ...references(tool.outputSchema)])].sort();
    const hash = sha256(canonical({ ...tool, source: undefined, definitions: reached.map(name => hashes.get(name)) }, written));
    const signature = signatures(tool.inputSchema, tool.outputSchema);
    const hit = { path: tool.path, source: tool.source, description: line, effect: tool.effect, signature };
    return { tool: { ...tool, hash, ...(auth && { auth }) }, hit, keywords };
  };
}

/** What a tool may have in common with others. */
function partsOf({ inputSchema, outputSchema, binding }: Draft): unknown[] {
  const properties = typeof inputSchema === 'object' ? inputSchema.properties : undefined;
  return [...Object.values(isObject(properties) ? properties : {}), outputSchema, ...(binding as unknown as Binding).parameters];
}
