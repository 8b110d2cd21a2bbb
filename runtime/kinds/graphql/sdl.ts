import type {
  DirectiveNode,
  EnumValueDefinitionNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  StringValueNode,
  TypeDefinitionNode,
  TypeExtensionNode,
  TypeNode,
  ValueNode,
} from 'graphql';
import { parse } from 'graphql/language/parser.js';
import { FaultError } from '../../../machines/schema/fault.ts';
import { type Argument, BUILT_IN, type EnumValue, type Field, type Schema, type TypeDefinition } from './schema.ts';

type Building = { -readonly [K in keyof TypeDefinition]: TypeDefinition[K] } & { interfaces?: string[] };

/**
 * Reads a schema in the schema definition language (GraphQL, section 3), extensions included.
 * @throws FaultError source_not_recognised with line and column of what is wrong
 */
export function fromSdl(source: string): Schema {
  const types = new Map<string, Building>();
  const roots: Record<string, string> = {};
  let hasSchema = false;
  for (const node of definitionsOf(source)) {
    if (node.kind === 'SchemaDefinition' || node.kind === 'SchemaExtension') {
      hasSchema ||= node.kind === 'SchemaDefinition';
      for (const { operation, type } of node.operationTypes ?? []) roots[operation] = type.name.value;
    } else if (node.kind === 'DirectiveDefinition') continue;
    else if (KINDS[node.kind]) merge(types, node as TypeDefinitionNode | TypeExtensionNode);
    else throw new FaultError('source_not_recognised', 'This is a GraphQL document with operations, not a schema.');
  }
  // Without a schema definition the roots have their usual names (section 3.3.1).
  for (const [operation, name] of Object.entries({ query: 'Query', mutation: 'Mutation', subscription: 'Subscription' })) {
    if (!hasSchema && types.has(name)) roots[operation] ??= name;
  }
  addMembers(types);
  return { types, ...roots };
}

function definitionsOf(source: string) {
  try {
    return parse(source, { noLocation: true }).definitions;
  } catch (cause) {
    const { message, locations } = cause as { message: string; locations?: readonly { line: number; column: number }[] };
    const [at] = locations ?? [];
    const where = at ? ` at line ${at.line}, column ${at.column}` : '';
    throw new FaultError('source_not_recognised', `This is not a GraphQL schema: ${message}${where}.`, { cause });
  }
}

const KINDS: Readonly<Record<string, TypeDefinition['kind']>> = {
  ScalarTypeDefinition: 'scalar',
  ScalarTypeExtension: 'scalar',
  ObjectTypeDefinition: 'object',
  ObjectTypeExtension: 'object',
  InterfaceTypeDefinition: 'interface',
  InterfaceTypeExtension: 'interface',
  UnionTypeDefinition: 'union',
  UnionTypeExtension: 'union',
  EnumTypeDefinition: 'enum',
  EnumTypeExtension: 'enum',
  InputObjectTypeDefinition: 'input',
  InputObjectTypeExtension: 'input',
};

/** A definition or extension joins what is known of its type. */
function merge(types: Map<string, Building>, node: TypeDefinitionNode | TypeExtensionNode): void {
  const name = node.name.value;
  if (BUILT_IN.has(name)) return;
  const kind = KINDS[node.kind]!;
  const type = types.get(name) ?? { name, kind };
  types.set(name, type);
  const description = 'description' in node ? texts(node.description) : undefined;
  if (description) type.description = description;
  if (kind === 'object' || kind === 'interface') {
    const { fields, interfaces } = node as Extract<typeof node, { interfaces?: unknown }>;
    type.fields = [...(type.fields ?? []), ...(fields ?? []).map(field => fieldOf(field as FieldDefinitionNode))];
    type.interfaces = [...(type.interfaces ?? []), ...(interfaces ?? []).map(({ name: of }) => of.value)];
  } else if (kind === 'input') {
    const { fields } = node as { fields?: readonly InputValueDefinitionNode[] };
    type.inputs = [...(type.inputs ?? []), ...(fields ?? []).map(argumentOf)];
    if (directive(node.directives, 'oneOf')) type.oneOf = true;
  } else if (kind === 'enum') {
    const { values } = node as { values?: readonly EnumValueDefinitionNode[] };
    type.values = [...(type.values ?? []), ...(values ?? []).map(enumValueOf)];
  } else if (kind === 'union') {
    const { types: members } = node as { types?: readonly { name: { value: string } }[] };
    type.members = [...(type.members ?? []), ...(members ?? []).map(({ name: of }) => of.value)];
  } else {
    const url = argumentText(directive(node.directives, 'specifiedBy'), 'url');
    if (url) type.specifiedBy = url;
  }
}

/** An interface is what implements it, said there. */
function addMembers(types: ReadonlyMap<string, Building>): void {
  const members = new Map<string, string[]>();
  for (const { name, kind, interfaces = [] } of types.values()) {
    if (kind === 'object') for (const of of new Set(interfaces)) members.set(of, [...(members.get(of) ?? []), name]);
  }
  for (const type of types.values()) if (type.kind === 'interface') type.members = members.get(type.name) ?? [];
}

const texts = (node: StringValueNode | undefined): string | undefined => node?.value.trim() || undefined;

const directive = (list: readonly DirectiveNode[] | undefined, name: string): DirectiveNode | undefined =>
  list?.find(({ name: { value } }) => value === name);

function argumentText(node: DirectiveNode | undefined, name: string): string | undefined {
  const value = node?.arguments?.find(argument => argument.name.value === name)?.value;
  return value?.kind === 'StringValue' ? value.value : undefined;
}

function said(node: { readonly description?: StringValueNode | undefined; readonly directives?: readonly DirectiveNode[] | undefined }) {
  const description = texts(node.description);
  const deprecated = directive(node.directives, 'deprecated');
  return {
    ...(description && { description }),
    ...(deprecated && { deprecated: argumentText(deprecated, 'reason')?.trim() ?? 'No longer supported' }),
  };
}

const fieldOf = (node: FieldDefinitionNode): Field => ({
  name: node.name.value,
  type: typeText(node.type),
  args: (node.arguments ?? []).map(argumentOf),
  ...said(node),
});

const argumentOf = (node: InputValueDefinitionNode): Argument => ({
  name: node.name.value,
  type: typeText(node.type),
  ...said(node),
  ...(node.defaultValue && node.defaultValue.kind !== 'NullValue' && { default: literalText(node.defaultValue) }),
});

const enumValueOf = (node: EnumValueDefinitionNode): EnumValue => ({ name: node.name.value, ...said(node) });

function typeText(node: TypeNode): string {
  if (node.kind === 'NamedType') return node.name.value;
  return node.kind === 'ListType' ? `[${typeText(node.type)}]` : `${typeText(node.type)}!`;
}

/** A literal as GraphQL writes it, which is how introspection gives defaults. */
function literalText(node: ValueNode): string {
  switch (node.kind) {
    case 'StringValue':
      return JSON.stringify(node.value);
    case 'ListValue':
      return `[${node.values.map(literalText).join(', ')}]`;
    case 'ObjectValue':
      return `{${node.fields.map(({ name, value }) => `${name.value}: ${literalText(value)}`).join(', ')}}`;
    case 'NullValue':
      return 'null';
    case 'Variable':
      return `$${node.name.value}`;
    default:
      return String(node.value);
  }
}
