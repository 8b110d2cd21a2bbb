import { FaultError } from '../../../machines/schema/fault.ts';
import { type Argument, BUILT_IN, type EnumValue, type Field, NAME, type Schema, type TypeDefinition } from './schema.ts';

/** What an introspection asks for beside what every server gives: less is asked of one that refuses. */
export interface Wish {
  readonly oneOf: boolean;
  readonly specifiedBy: boolean;
  /** Deprecated arguments and input fields. */
  readonly inputs: boolean;
  /** Wrappers of a type that are followed: `[T!]!` has three. */
  readonly depth: number;
}

export const EVERYTHING: Wish = { oneOf: true, specifiedBy: true, inputs: true, depth: 9 };

/** The next smaller wish, after what a server said of this one; undefined when there is no smaller one. */
export function narrower(wish: Wish, complaint: string): Wish | undefined {
  const { depth } = wish;
  const next = {
    oneOf: wish.oneOf && !/isOneOf/i.test(complaint),
    specifiedBy: wish.specifiedBy && !/specifiedBy/i.test(complaint),
    inputs: wish.inputs && !/includeDeprecated|isDeprecated|deprecationReason/i.test(complaint),
    depth,
  };
  if (next.oneOf !== wish.oneOf || next.specifiedBy !== wish.specifiedBy || next.inputs !== wish.inputs) return next;
  if (wish.oneOf || wish.specifiedBy || wish.inputs) return { oneOf: false, specifiedBy: false, inputs: false, depth };
  return depth > 3 ? { ...next, depth: 3 } : undefined;
}

/** The introspection query (GraphQL, section 4): types, fields, arguments, documentation and deprecations; no directives. */
export function introspectionQuery({ oneOf, specifiedBy, inputs, depth }: Wish): string {
  const type = 'kind name '.concat('ofType { kind name '.repeat(depth), '}'.repeat(depth));
  const input = `name description type { ${type} } defaultValue${inputs ? ' isDeprecated deprecationReason' : ''}`;
  const all = inputs ? '(includeDeprecated: true)' : '';
  return `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types {
kind name description${specifiedBy ? ' specifiedByURL' : ''}${oneOf ? ' isOneOf' : ''}
fields(includeDeprecated: true) { name description args${all} { ${input} } type { ${type} } isDeprecated deprecationReason }
inputFields${all} { ${input} }
enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
possibleTypes { name }
} } }`;
}

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * Reads what introspection gave: the whole answer, its `data`, or a file of either.
 * @throws FaultError source_not_recognised when there are no types in it
 */
export function fromIntrospection(root: unknown, warn: (warning: string) => void): Schema {
  const answer = isNode(root) && isNode(root.data) ? root.data : root;
  const schema = isNode(answer) ? answer.__schema : undefined;
  if (!isNode(schema) || !Array.isArray(schema.types)) {
    throw new FaultError('source_not_recognised', 'This is not the answer to a GraphQL introspection: it has no `__schema` with types.');
  }
  const types = new Map<string, TypeDefinition>();
  const reader = createReader(warn);
  for (const node of nodes(schema.types)) {
    const type = reader.typeOf(node);
    if (type) types.set(type.name, type);
  }
  reader.report();
  const rootOf = (key: string) => text((schema[key] as Node | null)?.name);
  const [query, mutation, subscription] = ['queryType', 'mutationType', 'subscriptionType'].map(rootOf);
  return { types, ...(query && { query }), ...(mutation && { mutation }), ...(subscription && { subscription }) };
}

const KINDS: Readonly<Record<string, TypeDefinition['kind']>> = {
  SCALAR: 'scalar',
  OBJECT: 'object',
  INTERFACE: 'interface',
  UNION: 'union',
  ENUM: 'enum',
  INPUT_OBJECT: 'input',
};

function createReader(warn: (warning: string) => void) {
  const dropped: string[] = [];

  const named = (node: Node): string | undefined => {
    const name = text(node.name);
    if (name !== undefined && NAME.test(name)) return name;
    dropped.push(String(name ?? 'a nameless entry'));
    return undefined;
  };

  const said = (node: Node) => {
    const description = text(node.description)?.trim();
    return {
      ...(description && { description }),
      ...(node.isDeprecated === true && { deprecated: text(node.deprecationReason)?.trim() ?? 'No longer supported' }),
    };
  };

  function written(node: unknown): string | undefined {
    if (!isNode(node)) return undefined;
    if (node.kind !== 'NON_NULL' && node.kind !== 'LIST') return text(node.name);
    const inner = written(node.ofType);
    return inner === undefined ? undefined : node.kind === 'LIST' ? `[${inner}]` : `${inner}!`;
  }

  function argumentsOf(list: unknown, owner: string): Argument[] {
    return nodes(list).flatMap(node => {
      const name = named(node);
      const type = written(node.type);
      if (name === undefined) return [];
      if (type === undefined) {
        dropped.push(`${owner}.${name}`);
        return [];
      }
      const literal = text(node.defaultValue);
      return [{ name, type, ...said(node), ...(literal !== undefined && literal !== 'null' && { default: literal }) }];
    });
  }

  function fieldsOf(list: unknown, owner: string): Field[] {
    return nodes(list).flatMap(node => {
      const name = named(node);
      const type = written(node.type);
      if (name === undefined) return [];
      if (type === undefined) {
        dropped.push(`${owner}.${name}`);
        return [];
      }
      return [{ name, type, args: argumentsOf(node.args, `${owner}.${name}`), ...said(node) }];
    });
  }

  const valuesOf = (list: unknown): EnumValue[] =>
    nodes(list).flatMap(node => {
      const name = named(node);
      return name === undefined ? [] : [{ name, ...said(node) }];
    });

  return {
    typeOf(node: Node): TypeDefinition | undefined {
      const kind = KINDS[String(node.kind)];
      const name = named(node);
      if (!kind || name === undefined || name.startsWith('__') || BUILT_IN.has(name)) return undefined;
      const description = text(node.description)?.trim();
      const specifiedBy = text(node.specifiedByURL) ?? text(node.specifiedByUrl);
      return {
        name,
        kind,
        ...(description && { description }),
        ...((kind === 'object' || kind === 'interface') && { fields: fieldsOf(node.fields, name) }),
        ...(kind === 'input' && { inputs: argumentsOf(node.inputFields, name) }),
        ...(kind === 'enum' && { values: valuesOf(node.enumValues) }),
        ...((kind === 'union' || kind === 'interface') && { members: nodes(node.possibleTypes).flatMap(member => named(member) ?? []) }),
        ...(node.isOneOf === true && { oneOf: true }),
        ...(kind === 'scalar' && specifiedBy && { specifiedBy }),
      };
    },
    /** What could not be read is said once. */
    report(): void {
      if (dropped.length === 0) return;
      const some = dropped.slice(0, 5).join(', ');
      warn(`${dropped.length} entries of the introspection have no usable name or type and were left out: ${some}`);
    },
  };
}
