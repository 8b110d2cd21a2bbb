import { isObject, type Node } from './document.ts';
import type { Reading } from './refs.ts';

/** A body that is an object with named properties, its schemas still the document's own. */
export interface Shape {
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  /** What further properties must be like, where the document says outright that there may be any. */
  readonly open?: unknown;
  /** Alternatives such as "one of these two must be there". */
  readonly choices: readonly { readonly key: 'anyOf' | 'oneOf'; readonly required: readonly string[][] }[];
}

interface Draft {
  properties: Map<string, unknown>;
  required: Set<string>;
  open: unknown;
  choices: { key: 'anyOf' | 'oneOf'; required: string[][] }[];
  /** A schema is laid open once, however often and in whatever circle it is referred to. */
  seen: Set<Node>;
}

const DEEP = 24;

/**
 * Lays a body's object open, through references and `allOf`. Gives undefined for what has no properties of its own: scalars, lists,
 * free maps, and unions, which say more as one argument. Of a union beside properties, the alternatives' properties are all accepted.
 */
export function shapeOf(doc: Reading, schema: unknown): Shape | undefined {
  const draft: Draft = { properties: new Map(), required: new Set(), open: undefined, choices: [], seen: new Set() };
  if (!collect(doc, schema, draft, { depth: 0, optional: false })) return undefined;
  if (draft.properties.size === 0) return undefined;
  const { open, seen: _, ...shape } = draft;
  return open === undefined ? shape : { ...shape, open };
}

interface Position {
  readonly depth: number;
  /** Inside an alternative, where nothing is required for good. */
  readonly optional: boolean;
}

function collect(doc: Reading, schema: unknown, draft: Draft, { depth, optional }: Position): boolean {
  const node = doc.follow(schema);
  if (!node || depth > DEEP || !mayBeObject(node)) return false;
  if (draft.seen.has(node)) return true;
  draft.seen.add(node);
  // Alternatives last: whether they open up depends on what stands beside them.
  const members = [...listOf(node.allOf)].sort((a, b) => Number(isUnion(doc, a)) - Number(isUnion(doc, b)));
  for (const member of members) collect(doc, member, draft, { depth: depth + 1, optional });
  for (const [name, property] of Object.entries(isObject(node.properties) ? node.properties : {})) {
    if (readOnly(doc, property)) draft.properties.delete(name);
    else draft.properties.set(name, merged(draft.properties.get(name), property));
  }
  if (!optional) for (const name of namesOf(node.required)) draft.required.add(name);
  if (node.additionalProperties === true || isObject(node.additionalProperties)) draft.open ??= node.additionalProperties;
  return alternatives(doc, node, draft, { depth, optional });
}

function alternatives(doc: Reading, node: Node, draft: Draft, { depth, optional }: Position): boolean {
  for (const key of ['anyOf', 'oneOf'] as const) {
    const members = listOf(node[key]);
    if (members.length === 0) continue;
    if (members.length === 1) {
      if (!collect(doc, members[0], draft, { depth: depth + 1, optional })) return draft.properties.size > 0;
      continue;
    }
    if (draft.properties.size === 0) return false;
    for (const member of members) collect(doc, member, draft, { depth: depth + 1, optional: true });
    const required = members.map(member => namesOf(doc.follow(member)?.required));
    if (!optional && required.every(names => names.length > 0) && members.every(bareRequirement)) draft.choices.push({ key, required });
  }
  return true;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isUnion = (doc: Reading, member: unknown): boolean => {
  const node = doc.follow(member);
  return listOf(node?.oneOf).length + listOf(node?.anyOf).length > 1;
};

const namesOf = (value: unknown): string[] => listOf(value).filter((name): name is string => typeof name === 'string');

const bareRequirement = (member: unknown): boolean =>
  isObject(member) && Object.keys(member).every(key => ['required', 'title', 'description', 'type'].includes(key));

function mayBeObject(node: Node): boolean {
  const type = node.type;
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
}

const readOnly = (doc: Reading, property: unknown): boolean =>
  isObject(property) && (property.readOnly === true || (typeof property.$ref === 'string' && doc.follow(property)?.readOnly === true));

const merged = (before: unknown, now: unknown): unknown => (before === undefined || before === now ? now : { allOf: [before, now] });
