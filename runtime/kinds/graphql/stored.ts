import type { JsonSchema } from '../../../machines/schema/tool.ts';
import type { Argument, Schema, TypeDefinition } from './schema.ts';

/**
 * A type as it is kept beside the catalog, so that a selection of a caller can be checked without the schema in memory: a call touches a
 * few types of thousands. An argument with a default has `=` behind its type. Scalars are not kept: what is unknown is one.
 */
export interface StoredType {
  readonly kind: 'object' | 'interface' | 'union' | 'enum' | 'input';
  readonly fields?: Readonly<Record<string, readonly [type: string, args?: Readonly<Record<string, string>>]>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly values?: readonly string[];
  readonly members?: readonly string[];
  readonly oneOf?: true;
}

/** Where a type stands in the source's table: no reference of a schema can name it. */
export const rowOf = (name: string): string => `graphql:${name}`;

/** Finds a stored type by its name. */
export type TypeLookup = (name: string) => StoredType | undefined;

export const storedIn =
  (definition: (name: string) => JsonSchema | undefined): TypeLookup =>
  name =>
    definition(rowOf(name)) as StoredType | undefined;

/** All types of a schema, as rows. */
export function* storedTypes({ types }: Schema): Generator<[string, JsonSchema]> {
  for (const type of types.values()) if (type.kind !== 'scalar') yield [rowOf(type.name), stored(type) as unknown as JsonSchema];
}

function stored({ kind, fields, inputs, values, members, oneOf }: TypeDefinition): StoredType {
  return {
    kind: kind as StoredType['kind'],
    ...(fields && {
      fields: Object.fromEntries(fields.map(({ name, type, args }) => [name, args.length > 0 ? [type, argumentsOf(args)] : [type]])),
    }),
    ...(inputs && { inputs: argumentsOf(inputs) }),
    ...(values && { values: values.map(({ name }) => name) }),
    ...(members && { members }),
    ...(oneOf && { oneOf: true as const }),
  };
}

const argumentsOf = (args: readonly Argument[]): Record<string, string> =>
  Object.fromEntries(args.map(argument => [argument.name, argument.default === undefined ? argument.type : `${argument.type}=`]));
