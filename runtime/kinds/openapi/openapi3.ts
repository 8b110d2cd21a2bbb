import type { Style } from './binding.ts';
import { isObject, type Node, text } from './document.ts';
import { type Body, METHODS, type Media, type Operation, type Parameter, type ServerNode } from './operation.ts';
import { oncePerNode, type Reading } from './refs.ts';

const PLACES = new Set(['path', 'query', 'header', 'cookie', 'querystring']);

/** Reads the operations of an OpenAPI 3.0, 3.1 or 3.2 document, in document order. Webhooks and callbacks are none. */
export function* readOpenApi3(doc: Reading): Generator<Operation> {
  const rootServers = readServers(doc.root.servers);
  for (const [path, raw] of Object.entries(isObject(doc.root.paths) ? doc.root.paths : {})) {
    const item = pathItem(doc, raw);
    if (!item || path.startsWith('x-')) continue;
    const servers = readServers(item.servers) ?? rootServers;
    for (const [method, node] of methodsOf(doc, item)) yield readOperation(doc, { method, path, node, item, servers });
  }
}

/** A path item, with what stands beside a `$ref` laid over what it refers to. */
export function pathItem(doc: Reading, raw: unknown): Node | undefined {
  if (!isObject(raw)) return undefined;
  if (typeof raw.$ref !== 'string') return raw;
  const { $ref: _, ...beside } = raw;
  return { ...doc.follow(raw), ...beside };
}

/** The operations of a path item: those of the fixed methods, and those OpenAPI 3.2 names freely. */
function* methodsOf(doc: Reading, item: Node): Generator<[string, Node]> {
  for (const method of METHODS) {
    const node = doc.follow(item[method]);
    if (node) yield [method, node];
  }
  for (const [method, node] of Object.entries(isObject(item.additionalOperations) ? item.additionalOperations : {})) {
    if (isObject(node) && /^[A-Za-z]+$/.test(method)) yield [method.toLowerCase(), node];
  }
}

/** Without servers an API is where its document is (OpenAPI, "Server Object"). */
const AT_ROOT: readonly ServerNode[] = [{ url: '/' }];

interface Found {
  readonly method: string;
  readonly path: string;
  readonly node: Node;
  readonly item: Node;
  readonly servers: readonly ServerNode[] | undefined;
}

function readOperation(doc: Reading, { method, path, node, item, servers }: Found): Operation {
  const body = readBody(doc, node.requestBody);
  const response = successOf(doc, node.responses);
  const operationId = text(node.operationId);
  const summary = text(node.summary) ?? text(item.summary);
  const description = text(node.description) ?? text(item.description);
  return {
    method,
    path,
    ...(operationId !== undefined && { operationId }),
    tags: readTags(node.tags),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    deprecated: node.deprecated === true,
    parameters: mergeParameters(doc, item.parameters, node.parameters).flatMap(p => readParameter(doc, p)),
    ...(body && { body }),
    ...outputOf(doc, response),
    servers: readServers(node.servers) ?? servers ?? AT_ROOT,
    ...(node.security !== undefined && { security: node.security }),
  };
}

export const readTags = (tags: unknown): string[] =>
  (Array.isArray(tags) ? tags : []).flatMap(tag => text(tag) ?? (isObject(tag) ? (text(tag.name) ?? []) : []));

/** Parameters of the path item and of the operation; the operation's own replace those of the same place and name. */
export function mergeParameters(doc: Reading, ...lists: unknown[]): Node[] {
  const merged = new Map<string, Node>();
  for (const raw of lists.flatMap(list => (Array.isArray(list) ? list : []))) {
    const parameter = isObject(raw) && raw.$ref === undefined ? doc.same(raw) : doc.follow(raw);
    if (parameter && typeof parameter.name === 'string') merged.set(`${String(parameter.in).toLowerCase()} ${parameter.name}`, parameter);
  }
  return [...merged.values()];
}

const readParameter = oncePerNode((doc, node): readonly Parameter[] => {
  const place = String(node.in).toLowerCase();
  if (!PLACES.has(place)) {
    doc.warn(`parameter ${node.name} has no known place (${String(node.in)}) and was left out`);
    return [];
  }
  const content = isObject(node.content) ? Object.entries(node.content)[0] : undefined;
  const description = text(node.description);
  const schema = content ? (isObject(content[1]) ? content[1].schema : undefined) : (node.schema ?? legacySchema(node));
  return [
    {
      name: node.name as string,
      in: place as Parameter['in'],
      required: place === 'path' || node.required === true || node.required === 'true',
      ...(description !== undefined && { description }),
      schema,
      ...(typeof node.style === 'string' && { style: node.style as Style }),
      ...(typeof node.explode === 'boolean' && { explode: node.explode }),
      ...(node.allowReserved === true && { allowReserved: true as const }),
      ...(content && { content: content[0] }),
      ...exampleOf(doc, node),
    },
  ];
});

function exampleOf(doc: Reading, node: Node): { example?: unknown } {
  if (node.example !== undefined) return { example: node.example };
  const first = isObject(node.examples) ? doc.follow(Object.values(node.examples)[0]) : undefined;
  return first?.value === undefined ? {} : { example: first.value };
}

/** A `type` beside the parameter's name is Swagger 2.0's way; documents mix the two. */
const legacySchema = (node: Node): unknown => {
  const { name: _n, in: _i, required: _r, description: _d, style: _s, explode: _e, ...schema } = node;
  return schema;
};

function readBody(doc: Reading, raw: unknown): Body | undefined {
  const node = doc.follow(raw);
  if (!node) return undefined;
  const media = Object.entries(isObject(node.content) ? node.content : {}).map(([type, value]): Media => {
    const content = doc.follow(value) ?? {};
    return { type: type.trim(), schema: content.schema, ...(isObject(content.encoding) && { encoding: content.encoding }) };
  });
  const description = text(node.description);
  return { required: node.required === true, ...(description !== undefined && { description }), media };
}

/** The response that stands for success: the lowest 2xx with content, else any 2xx, else the default. */
export function successOf(doc: Reading, responses: unknown): Node | undefined {
  if (!isObject(responses)) return undefined;
  const codes = Object.keys(responses)
    .filter(code => /^2(\d\d|XX)$/i.test(code))
    .sort();
  const nodes = [...codes, 'default'].map(code => doc.follow(responses[code])).filter(node => node !== undefined);
  return nodes.find(node => isObject(node.content) || isObject(node.schema)) ?? nodes[0];
}

function outputOf(doc: Reading, response: Node | undefined): Pick<Operation, 'output' | 'produces'> {
  const content = Object.entries(isObject(response?.content) ? response.content : {});
  const produces = content.map(([type]) => type.trim().toLowerCase());
  const json = content.find(([type]) => /[/+]json\b/i.test(type)) ?? content.find(([type]) => type === '*/*') ?? content[0];
  const media = json && doc.follow(json[1]);
  if (media?.itemSchema !== undefined) return { output: { schema: media.itemSchema, streamed: true }, produces };
  return media?.schema === undefined ? { produces } : { output: { schema: media.schema }, produces };
}

function readServers(raw: unknown): ServerNode[] | undefined {
  if (!Array.isArray(raw)) return undefined;
  const servers = raw.flatMap((server): ServerNode[] =>
    isObject(server) && typeof server.url === 'string'
      ? [{ url: server.url.trim(), ...(isObject(server.variables) && { variables: server.variables }) }]
      : [],
  );
  return servers.length > 0 ? servers : undefined;
}
