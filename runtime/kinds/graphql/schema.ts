/**
 * A GraphQL schema as this folder sees it, whether it came from introspection or from SDL. A type is written as GraphQL writes it,
 * `[Issue!]!`: that is short, compares as text, and its name is what is left without the marks.
 */
export interface Schema {
  readonly types: ReadonlyMap<string, TypeDefinition>;
  /** Names of the root types. */
  readonly query?: string;
  readonly mutation?: string;
  readonly subscription?: string;
}

export interface TypeDefinition {
  readonly name: string;
  readonly kind: 'scalar' | 'object' | 'interface' | 'union' | 'enum' | 'input';
  readonly description?: string;
  /** Of an object or interface. */
  readonly fields?: readonly Field[];
  /** Of an input object. */
  readonly inputs?: readonly Argument[];
  /** Of an enum. */
  readonly values?: readonly EnumValue[];
  /** The objects a union or interface may be. */
  readonly members?: readonly string[];
  /** An input object of which exactly one field is given. */
  readonly oneOf?: boolean;
  /** Where a scalar is specified. */
  readonly specifiedBy?: string;
}

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly args: readonly Argument[];
  readonly description?: string;
  /** Why it is deprecated. */
  readonly deprecated?: string;
}

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  /** The default as a GraphQL literal. */
  readonly default?: string;
  readonly deprecated?: string;
}

export interface EnumValue {
  readonly name: string;
  readonly description?: string;
  readonly deprecated?: string;
}

/** The name in a type: `Issue` of `[Issue!]!`. */
export const nameOf = (type: string): string => {
  let start = 0;
  let end = type.length;
  while (type[start] === '[') start++;
  while (type[end - 1] === '!' || type[end - 1] === ']') end--;
  return type.slice(start, end);
};

export const isNonNull = (type: string): boolean => type.endsWith('!');

export const nullable = (type: string): string => (isNonNull(type) ? type.slice(0, -1) : type);

/** The type of a list's items, or undefined when it is no list. */
export const itemOf = (type: string): string | undefined => {
  const plain = nullable(type);
  return plain.startsWith('[') ? plain.slice(1, -1) : undefined;
};

/** An argument that has to be given. */
export const isRequired = (argument: Argument): boolean => isNonNull(argument.type) && argument.default === undefined;

/** Scalars every server has (GraphQL, section 3.5). */
export const BUILT_IN: ReadonlySet<string> = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

export const isLeaf = (type: TypeDefinition | undefined): boolean => type === undefined || type.kind === 'scalar' || type.kind === 'enum';

/** GraphQL, section 2.1.9. */
export const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;
