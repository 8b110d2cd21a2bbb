import { isObject, type Node, text } from './document.ts';
import type { Operation, Parameter } from './operation.ts';
import type { Reading } from './refs.ts';

/**
 * Reads the methods of a Google Discovery document (https://developers.google.com/discovery/v1/reference/apis) as operations: the chain
 * of resources is the tag, the method's name its id.
 */
export function* readDiscovery(doc: Reading): Generator<Operation> {
  qualify(doc.root.schemas);
  const servers = [{ url: baseOf(doc.root) }];
  for (const { chain, name, node } of methodsIn(doc.root, [])) {
    const path = text(node.path) ?? text(node.flatPath);
    if (path === undefined) continue;
    const description = text(node.description);
    const body = isObject(node.request)
      ? { required: true, media: [{ type: 'application/json', schema: qualified(node.request) }] }
      : undefined;
    yield {
      method: (text(node.httpMethod) ?? 'GET').toLowerCase(),
      // `{+name}` takes a whole path; its parameter says so below.
      path: `/${path.replace(/\{\+/g, '{')}`,
      operationId: name,
      tags: chain.length > 0 ? [chain.join(' ')] : [],
      ...(description !== undefined && { description }),
      deprecated: node.deprecated === true,
      parameters: [...parametersOf(node.parameters, path), ...parametersOf(doc.root.parameters, path)],
      ...(body && { body }),
      ...(isObject(node.response) && { output: { schema: qualified(node.response) } }),
      produces: [],
      servers,
    };
  }
}

const baseOf = (root: Node): string => text(root.baseUrl) ?? `${text(root.rootUrl) ?? '/'}${text(root.servicePath) ?? ''}`;

interface Method {
  readonly chain: readonly string[];
  readonly name: string;
  readonly node: Node;
}

function* methodsIn(node: Node, chain: readonly string[]): Generator<Method> {
  for (const [name, method] of Object.entries(isObject(node.methods) ? node.methods : {})) {
    if (isObject(method)) yield { chain, name, node: method };
  }
  for (const [name, resource] of Object.entries(isObject(node.resources) ? node.resources : {})) {
    if (isObject(resource)) yield* methodsIn(resource, [...chain, name]);
  }
}

function parametersOf(raw: unknown, path: string): Parameter[] {
  return Object.entries(isObject(raw) ? raw : {}).flatMap(([name, node]): Parameter[] => {
    if (!isObject(node)) return [];
    const { location, required, repeated, description: said, ...schema } = node;
    const description = text(said);
    return [
      {
        name,
        in: location === 'path' ? 'path' : 'query',
        required: required === true,
        ...(description !== undefined && { description }),
        schema: repeated === true ? { type: 'array', items: plain(schema) } : plain(schema),
        ...(path.includes(`{+${name}}`) && { allowReserved: true as const }),
      },
    ];
  });
}

/** A schema of a Discovery document names others by their bare names, and knows `any`. */
function qualify(schemas: unknown): void {
  const waiting: unknown[] = [schemas];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isObject(node)) continue;
    if (typeof node.$ref === 'string') (node as { $ref: string }).$ref = pointerTo(node.$ref);
    Object.assign(node, plain(node));
    waiting.push(...Object.values(node).filter(value => typeof value === 'object' && value !== null));
  }
}

const pointerTo = (name: string): string => (name.startsWith('#') ? name : `#/schemas/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);

const qualified = (node: Node): Node => (typeof node.$ref === 'string' ? { ...node, $ref: pointerTo(node.$ref) } : node);

/** Without `any`, which is no type, and `byte`, which Google means URL-safe and JSON Schema does not. */
const plain = (node: Node): Node => ({
  ...node,
  ...(node.type === 'any' && { type: undefined }),
  ...(node.format === 'byte' && { format: undefined }),
});
