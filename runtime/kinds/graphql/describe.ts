import { cut, describe } from './input.ts';
import { type Argument, type Field, isRequired, nameOf, type Schema } from './schema.ts';

const LONGEST = 4_000;
const SHORT = 200;
/** Field names that are said of a type that can be selected from. */
const FIELDS = 60;

/** What a person or an agent reads before calling. */
export const descriptionOf = (field: Field, operation: string): string =>
  cut(`${describe(field.description, field.deprecated) ?? plain(field, operation)}\n\nReturns ${field.type}.`, LONGEST);

/** One line for a list: the first sentence of what is said of it. */
export function lineOf(field: Field, operation: string): string {
  const said = describe(field.description, field.deprecated)?.replace(/\s+/g, ' ').trim();
  const sentence = said?.match(/^.{10,}?[.!?](?=\s|$)/)?.[0] ?? said;
  return cut(sentence || plain(field, operation), SHORT);
}

const plain = ({ name, type }: Field, operation: string): string =>
  `${operation === 'query' ? 'Query' : 'Mutation'} ${words(name)}: ${nameOf(type)}`;

const words = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_+/g, ' ')
    .toLowerCase()
    .trim();

/** What a selection may choose from, and what is selected without one. */
export function selectDescription(schema: Schema, field: Field, selection: string): string {
  const name = nameOf(field.type);
  const type = schema.types.get(name);
  const fields = (type?.fields ?? []).filter(({ deprecated }) => deprecated === undefined).map(nameWithArguments);
  const listed = fields.length > 0 ? ` Fields: ${list(fields)}.` : '';
  const members =
    type?.members && type.members.length > 0
      ? ` It may be ${list(type.members)}: select by type, as in ... on ${type.members[0]} { … }.`
      : '';
  return cut(`A GraphQL selection set on ${name}, in place of ${cut(selection, 600)}.${listed}${members}`, 2_400);
}

const nameWithArguments = ({ name, args, type }: Field): string => {
  const required = args.filter(isRequired).map(argument => `${argument.name}: ${argument.type}`);
  return `${name}${required.length > 0 ? `(${required.join(', ')})` : ''}: ${type}`;
};

const list = (names: readonly string[]): string =>
  `${names.slice(0, FIELDS).join(', ')}${names.length > FIELDS ? `, and ${names.length - FIELDS} more` : ''}`;

/** Lines for search: the title, what it is about, its arguments, the description. */
export function keywordsOf(schema: Schema, field: Field, operation: string): string {
  const description = (field.description ?? '').replace(/https?:\S+/g, ' ');
  return [
    words(field.name),
    `${operation} ${nameOf(field.type)}`,
    argumentNames(schema, field.args).slice(0, 40).join(' '),
    description.slice(0, 300),
  ]
    .map(line => line.replace(/\s+/g, ' ').trim())
    .join('\n');
}

/** Of an argument that is an object, its members are what a caller thinks of. */
const argumentNames = (schema: Schema, args: readonly Argument[]): string[] =>
  args.flatMap(({ name, type }) => {
    const inputs = schema.types.get(nameOf(type))?.inputs ?? [];
    return args.length <= 3 && inputs.length > 0 ? [name, ...inputs.map(input => input.name)] : [name];
  });
