import { type Field, isLeaf, isRequired, itemOf, nameOf, type Schema, type TypeDefinition } from './schema.ts';
import { usefulness } from './usefulness.ts';

/** What choosing a default selection needs to know of a type; found out once, for a type is come by from everywhere. */
export interface Facts {
  /** Fields without anything inside that can be asked for without arguments, the most telling first. */
  readonly leaves: readonly Ranked[];
  /** Fields with something inside: single things first, then lists, then connections, the most telling first. */
  readonly inner: readonly Inner[];
  /** A page of things, as Relay's specification has it, or with `nodes` alone. */
  readonly connection?: { readonly nodes?: Field; readonly edges?: Field; readonly pageInfo: Field };
}

export interface Ranked {
  readonly field: Field;
  readonly rank: number;
  /** Its place in the schema. */
  readonly at: number;
}

export interface Inner extends Ranked {
  readonly isMany: boolean;
}

/** Facts of the types of a schema. */
export function createFacts(schema: Schema): (type: TypeDefinition) => Facts {
  const known = new Map<string, Facts>();
  const connections = new Map<string, Facts['connection']>();

  function connectionOf(type: TypeDefinition): Facts['connection'] {
    if (connections.has(type.name)) return connections.get(type.name);
    const find = (name: string) => type.fields?.find(field => field.name === name && !field.args.some(isRequired));
    const [nodes, edges, pageInfo] = [find('nodes'), find('edges'), find('pageInfo')];
    const connection = pageInfo && (nodes || edges) ? { ...(nodes && { nodes }), ...(edges && { edges }), pageInfo } : undefined;
    connections.set(type.name, connection);
    return connection;
  }

  function factsOf(type: TypeDefinition): Facts {
    const free = (type.fields ?? []).filter(({ args }) => !args.some(isRequired));
    const current = free.filter(({ deprecated }) => deprecated === undefined);
    const leaves: Ranked[] = [];
    const inner: Inner[] = [];
    for (const [at, field] of (current.length > 0 ? current : free).entries()) {
      const target = schema.types.get(nameOf(field.type));
      const rank = usefulness(field, target?.kind === 'enum');
      if (!target || isLeaf(target)) leaves.push({ field, rank, at });
      else {
        const plurality = itemOf(field.type) !== undefined ? 1 : connectionOf(target) ? 2 : 0;
        inner.push({ field, rank: rank + 10 * plurality, at, isMany: plurality > 0 });
      }
    }
    const connection = connectionOf(type);
    return { leaves: leaves.sort(byRank), inner: inner.sort(byRank), ...(connection && { connection }) };
  }

  return type => {
    const facts = known.get(type.name) ?? factsOf(type);
    known.set(type.name, facts);
    return facts;
  };
}

export const byRank = (a: Ranked, b: Ranked): number => a.rank - b.rank || a.at - b.at;
export const byPlace = (a: Ranked, b: Ranked): number => a.at - b.at;
