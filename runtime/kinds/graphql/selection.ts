import { byPlace, createFacts, type Inner, type Ranked } from './facts.ts';
import { type Field, isLeaf, itemOf, nameOf, type Schema, type TypeDefinition } from './schema.ts';
import { LEAST_TELLING } from './usefulness.ts';

/** What is asked of a type: fields, and of what may be several things, the fields of each. */
export interface Selection {
  readonly type: string;
  readonly picks: readonly Pick[];
  readonly fragments: readonly Selection[];
  /** Which of several it is. */
  readonly typename: boolean;
}

export interface Pick {
  readonly field: Field;
  /** The name in the answer, where it is another one. */
  readonly as?: string;
  /** Literal arguments. */
  readonly args?: string;
  readonly selection?: Selection;
}

/** Fields a selection may have altogether: servers that count let this through. */
export const COST = 90;
/** Leaves of what is asked for, of what is in it, and the same for each of many. */
const LEAVES = { one: 20, many: 12, inside: 6, insideMany: 4 };
const CHILDREN = { one: 10, many: 4 };
const FRAGMENTS = 8;
/** How many of a list inside are asked for. */
const INSIDE = 10;

interface Place {
  readonly level: 0 | 1;
  readonly many: boolean;
  /** Types on the way here: a thing inside itself says nothing new. */
  readonly above: readonly string[];
}

/** Chooses for each type of a field what is selected by default; undefined where there is nothing to select. */
export function createSelector(schema: Schema): (type: string) => Selection | undefined {
  const factsOf = createFacts(schema);
  let left = 0;

  function pick(name: string, place: Place): Selection | undefined {
    const type = schema.types.get(name);
    if (!type || isLeaf(type) || type.kind === 'input') return undefined;
    if (factsOf(type).connection) return connection(type, place);
    return type.kind === 'object' ? object(type, place) : several(type, place);
  }

  function take(ranked: readonly Ranked[], most: number): Field[] {
    const chosen = ranked.slice(0, Math.max(0, Math.min(most, left)));
    left -= chosen.length;
    return chosen.sort(byPlace).map(({ field }) => field);
  }

  function object(type: TypeDefinition, place: Place): Selection {
    const { level, many } = place;
    const { leaves } = factsOf(type);
    const most = level === 0 ? (many ? LEAVES.many : LEAVES.one) : many ? LEAVES.insideMany : LEAVES.inside;
    const picks: Pick[] = take(leaves, most).map(field => ({ field }));
    // What only wraps something, as the payload of a mutation does, is looked through.
    const wraps = place.above.length === 0 && leaves.filter(({ rank }) => rank < LEAST_TELLING).length <= 2;
    if (level === 0) picks.push(...childrenOf(type, { ...place, above: [...place.above, type.name] }, wraps));
    return { type: type.name, picks, fragments: [], typename: picks.length === 0 };
  }

  function childrenOf(type: TypeDefinition, place: Place, wraps: boolean): Pick[] {
    const chosen: (Ranked & { child: Pick })[] = [];
    for (const inner of factsOf(type).inner) {
      if (chosen.length >= (place.many ? CHILDREN.many : CHILDREN.one) || left < 3) break;
      const child = place.above.includes(nameOf(inner.field.type)) ? undefined : inside(inner, place, wraps);
      if (child) chosen.push({ ...inner, child });
    }
    return chosen.sort(byPlace).map(({ child }) => child);
  }

  function inside({ field, isMany }: Inner, place: Place, wraps: boolean): Pick | undefined {
    // A list in each of many is more than anybody asked for.
    if (isMany && place.many) return undefined;
    const before = left--;
    const selection = pick(nameOf(field.type), { level: wraps && !isMany ? 0 : 1, many: isMany || place.many, above: place.above });
    if (!selection || (selection.picks.length === 0 && selection.fragments.length === 0)) {
      left = before;
      return undefined;
    }
    const first = isMany && field.args.some(({ name, type }) => name === 'first' && nameOf(type) === 'Int');
    return { field, selection, ...(first && { args: `(first: ${INSIDE})` }) };
  }

  /** The page of a connection: what is in it, how many there are, how to go on. */
  function connection(type: TypeDefinition, place: Place): Selection {
    const { leaves, connection: found } = factsOf(type);
    const { nodes, edges, pageInfo } = found!;
    const own = take(
      leaves.filter(({ rank }) => rank < LEAST_TELLING),
      3,
    ).map((field): Pick => ({ field }));
    const item = { ...place, many: true, above: [...place.above, type.name] };
    const page = schema.types.get(nameOf(pageInfo.type));
    const paging: Pick[] = page ? [{ field: pageInfo, selection: pageOf(page) }] : [];
    const content = nodes ? nodesOf(nodes, item) : edges ? edgesOf(edges, item) : undefined;
    const picks = [...own, ...(content ? [content] : []), ...paging];
    return { type: type.name, picks, fragments: [], typename: picks.length === 0 };
  }

  function nodesOf(field: Field, place: Place): Pick | undefined {
    left--;
    const selection = pick(nameOf(field.type), place);
    return selection || isLeaf(schema.types.get(nameOf(field.type))) ? { field, ...(selection && { selection }) } : undefined;
  }

  function edgesOf(field: Field, place: Place): Pick | undefined {
    const edge = schema.types.get(nameOf(field.type));
    const node = edge?.fields?.find(({ name }) => name === 'node');
    const content = node && nodesOf(node, place);
    if (!edge || !content) return undefined;
    left--;
    return { field, selection: { type: edge.name, picks: [content], fragments: [], typename: false } };
  }

  function pageOf(type: TypeDefinition): Selection {
    const { leaves } = factsOf(type);
    const paging = leaves.filter(({ field }) => field.name === 'hasNextPage' || field.name === 'endCursor');
    const picks = (paging.length > 0 ? paging : leaves.slice(0, 2)).sort(byPlace).map(({ field }) => ({ field }));
    left -= picks.length + 1;
    return { type: type.name, picks, fragments: [], typename: picks.length === 0 };
  }

  /** An interface or a union: what all have, and of each some of its own. */
  function several(type: TypeDefinition, place: Place): Selection {
    const shared = type.kind === 'interface' ? object(type, place).picks : [];
    left--;
    const of = { ...place, known: new Set(shared.map(({ field }) => field.name)), taken: new Map<string, string>() };
    const all = type.members ?? [];
    // Too many to name: of a union the first, of an interface what they share.
    const named = all.length <= FRAGMENTS ? all : type.kind === 'union' ? all.slice(0, FRAGMENTS) : [];
    const fragments = named.flatMap(name => {
      const member = schema.types.get(name);
      return member && left > 1 ? (fragmentOf(member, of) ?? []) : [];
    });
    return { type: type.name, picks: shared, fragments, typename: true };
  }

  /** Fields of the same name and another type cannot stand side by side (section 5.3.2): the later one gets a name of its own. */
  function fragmentOf(
    member: TypeDefinition,
    { level, many, known, taken }: Place & { known: ReadonlySet<string>; taken: Map<string, string> },
  ): Selection | undefined {
    const most = level === 0 && !many ? LEAVES.inside : LEAVES.insideMany;
    const leaves = factsOf(member).leaves.filter(({ field, rank }) => rank < LEAST_TELLING && !known.has(field.name));
    const picks = take(leaves, most).map((field): Pick => {
      const before = taken.get(field.name);
      if (before === undefined) taken.set(field.name, field.type);
      return before === undefined || before === field.type ? { field } : { field, as: `${field.name}_${member.name}` };
    });
    return picks.length === 0 ? undefined : { type: member.name, picks, fragments: [], typename: false };
  }

  return type => {
    left = COST;
    return pick(nameOf(type), { level: 0, many: itemOf(type) !== undefined, above: [] });
  };
}

/** A selection as it is sent. */
export function printSelection({ picks, fragments, typename }: Selection): string {
  let out = typename ? '{ __typename' : '{';
  for (const { field, as, args = '', selection } of picks) {
    out += ` ${as === undefined ? '' : `${as}: `}${field.name}${args}${selection ? ` ${printSelection(selection)}` : ''}`;
  }
  for (const fragment of fragments) out += ` ... on ${fragment.type} ${printSelection(fragment)}`;
  return `${out} }`;
}
