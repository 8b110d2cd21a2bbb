import { isObject, type Node } from './document.ts';

/** A document under the eyes of the indexer: its nodes by reference, and what was odd about it. */
export interface Reading {
  readonly root: Node;
  /** The node a local reference points at, references of references followed; undefined when there is none. */
  resolve(ref: string): unknown;
  /** The node itself, or what it refers to. */
  follow(node: unknown): Node | undefined;
  /** The first node that says the same, for nodes that documents write out again and again: what is made of one is made once. */
  same(node: Node): Node;
  warn(message: string): void;
  readonly warnings: readonly string[];
}

/** Makes something of a node once, however often it is met: parameters stand in many operations. */
export function oncePerNode<T>(make: (doc: Reading, node: Node) => T): (doc: Reading, node: Node) => T {
  const made = new WeakMap<Node, { value: T }>();
  return (doc, node) => {
    const known = made.get(node) ?? { value: make(doc, node) };
    made.set(node, known);
    return known.value;
  };
}

const WARNINGS = 100;
const HOPS = 32;

/** Splits a local reference into its unescaped segments; undefined for anything that is no local pointer. */
export function segmentsOf(ref: string): string[] | undefined {
  if (ref === '#' || ref === '#/') return [];
  if (!ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .map(segment => {
      const unescaped = segment.includes('%') ? decodeLeniently(segment) : segment;
      return unescaped.replaceAll('~1', '/').replaceAll('~0', '~');
    });
}

function decodeLeniently(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone percent sign is part of the name.
    return segment;
  }
}

/** The one warning for a reference that cannot be followed, whoever comes upon it. */
export const deadEnd = (ref: string): string => `reference ${ref} leads nowhere; what it stands for was taken as anything`;

export function readDocument(root: Node): Reading {
  const warnings: string[] = [];
  const seen = new Set<string>();
  const resolved = new Map<string, unknown>();
  const said = new Map<string, Node>();

  function warn(message: string): void {
    if (seen.has(message) || warnings.length > WARNINGS) return;
    seen.add(message);
    warnings.push(warnings.length === WARNINGS ? 'more warnings were left out' : message);
  }

  function step(ref: string, hops = 0): unknown {
    const segments = segmentsOf(ref);
    let node: unknown = segments && root;
    for (const segment of segments ?? []) {
      if (typeof node !== 'object' || node === null) return undefined;
      // A pointer may pass through a reference, though strictly it should not.
      if (!Object.hasOwn(node, segment) && isObject(node) && typeof node.$ref === 'string' && hops++ < HOPS) node = step(node.$ref, hops);
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, segment)) return undefined;
      node = (node as Record<string, unknown>)[segment];
    }
    return node;
  }

  function resolve(ref: string): unknown {
    if (!resolved.has(ref)) resolved.set(ref, target(ref));
    return resolved.get(ref);
  }

  function target(ref: string): unknown {
    let node = step(ref);
    for (let hop = 0; hop < HOPS && isObject(node) && typeof node.$ref === 'string'; hop++) node = step(node.$ref);
    return isObject(node) && typeof node.$ref === 'string' ? undefined : node;
  }

  function follow(node: unknown): Node | undefined {
    if (!isObject(node)) return undefined;
    if (typeof node.$ref !== 'string') return node;
    const target = resolve(node.$ref);
    if (isObject(target)) return target;
    warn(deadEnd(node.$ref));
    return undefined;
  }

  function same(node: Node): Node {
    const text = textOf(node);
    const first = said.get(text) ?? node;
    if (first === node && text !== '') said.set(text, node);
    return first;
  }

  return { root, resolve, follow, same, warn, warnings };
}

/** Empty where a node stands in itself, as aliases of YAML may have it. */
function textOf(node: Node): string {
  try {
    return JSON.stringify(node);
  } catch {
    return '';
  }
}
