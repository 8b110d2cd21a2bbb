import type { DirectiveNode, FieldNode, InlineFragmentNode, SelectionSetNode } from 'graphql';
import { parse } from 'graphql/language/parser.js';
import { FaultError } from '../../../machines/schema/fault.ts';
import { nearName } from '../../schema/near.ts';
import { nameOf } from './schema.ts';
import { checkArguments, written } from './select-values.ts';
import type { StoredType, TypeLookup } from './stored.ts';

const LONGEST = 50_000;
const TOKENS = 5_000;
const DEEPEST = 25;
const SHOWN = 40;

/**
 * Checks a selection a caller made against the schema, before anything is sent (GraphQL, section 5), and gives it as it is sent.
 * @throws FaultError invalid_arguments naming the field and the near one
 */
export function checkSelection(source: string, type: string, lookup: TypeLookup): string {
  const { set, text } = read(source);
  checkSet(set, type, { lookup, keys: new Map(), depth: 0 });
  return text.slice(set.loc!.start, set.loc!.end);
}

const refuse = (message: string, details: Record<string, unknown> = {}): FaultError =>
  new FaultError('invalid_arguments', `\`_select\`: ${message}`, { details: { path: '/_select', ...details } });

function read(source: string): { set: SelectionSetNode; text: string } {
  if (source.length > LONGEST) throw refuse(`a selection may have ${LONGEST.toLocaleString('en-US')} characters at most`);
  const text = source.trimStart().startsWith('{') ? source : `{ ${source}\n}`;
  try {
    const { definitions } = parse(text, { maxTokens: TOKENS });
    const [only] = definitions;
    if (
      definitions.length === 1 &&
      only?.kind === 'OperationDefinition' &&
      only.operation === 'query' &&
      text.trimStart().startsWith('{')
    ) {
      return { set: only.selectionSet, text };
    }
  } catch (error) {
    const { message, locations } = error as { message: string; locations?: readonly { column: number }[] };
    throw refuse(`${message}${locations?.[0] ? ` at column ${locations[0].column}` : ''}; give a selection set, such as { id name }`);
  }
  throw refuse('give one selection set and nothing beside it, such as { id name }');
}

/** What stands under a name in the answer, to see that nothing else wants to stand there (section 5.3.2). */
interface Standing {
  readonly field: string;
  readonly args: string;
  readonly type: string;
  readonly parent: string;
  readonly inner: Map<string, Standing>;
}

interface Walk {
  readonly lookup: TypeLookup;
  readonly keys: Map<string, Standing>;
  readonly depth: number;
}

function checkSet(set: SelectionSetNode, parent: string, walk: Walk): void {
  if (walk.depth > DEEPEST) throw refuse(`a selection may be ${DEEPEST} levels deep at most`);
  for (const node of set.selections) {
    checkDirectives(node.directives);
    if (node.kind === 'FragmentSpread') {
      throw refuse(`"...${node.name.value}" names a fragment; write it in place: ... on Type { … }`);
    }
    if (node.kind === 'InlineFragment') checkFragment(node, parent, walk);
    else checkField(node, parent, walk);
  }
}

function checkField(node: FieldNode, parent: string, walk: Walk): void {
  const name = node.name.value;
  if (name === '__typename') {
    if (node.selectionSet || node.arguments?.length) throw refuse('`__typename` takes neither arguments nor a selection');
    stand(node, { type: 'String!', parent }, walk);
    return;
  }
  const known = walk.lookup(parent)?.fields?.[name];
  if (!known) throw unknownField(name, parent, walk.lookup(parent));
  const [type, args = {}] = known;
  checkArguments({ given: node.arguments ?? [], declared: args, of: `${parent}.${name}` }, walk.lookup, refuse);
  const target = nameOf(type);
  const inner = walk.lookup(target);
  const isComposite = inner !== undefined && inner.kind !== 'enum';
  if (!isComposite && node.selectionSet) throw refuse(`\`${parent}.${name}\` is ${type}, which has no fields to select`);
  if (isComposite && !node.selectionSet) {
    throw refuse(`\`${parent}.${name}\` is ${type}; select fields of it, such as ${name} { ${fieldsOf(inner).slice(0, 3).join(' ')} }`, {
      field: `${parent}.${name}`,
      accepted: fieldsOf(inner).slice(0, SHOWN),
    });
  }
  const below = stand(node, { type, parent }, walk);
  if (node.selectionSet) checkSet(node.selectionSet, target, { ...walk, keys: below, depth: walk.depth + 1 });
}

/** Records what a field stands under; throws when something else stands there. */
function stand(node: FieldNode, { type, parent }: { type: string; parent: string }, { keys, lookup }: Walk): Map<string, Standing> {
  const key = node.alias?.value ?? node.name.value;
  const args = (node.arguments ?? [])
    .map(({ name, value }) => `${name.value}:${written(value)}`)
    .sort()
    .join();
  const before = keys.get(key);
  if (!before) {
    const inner = new Map<string, Standing>();
    keys.set(key, { field: node.name.value, args, type, parent, inner });
    return inner;
  }
  const apart = before.parent !== parent && lookup(before.parent)?.kind === 'object' && lookup(parent)?.kind === 'object';
  const isSame = before.field === node.name.value && before.args === args;
  const isLeafHere = lookup(nameOf(type))?.fields === undefined;
  const fits = apart ? !isLeafHere || before.type === type : isSame;
  if (fits) return before.inner;
  throw refuse(`\`${key}\` stands for two different things; give one of them another name, such as ${key}2: ${node.name.value}`);
}

function checkFragment(node: InlineFragmentNode, parent: string, walk: Walk): void {
  const on = node.typeCondition?.name.value ?? parent;
  const type = walk.lookup(on);
  const possible = possibleOf(parent, walk.lookup);
  const isFitting =
    type && type.kind !== 'enum' && type.kind !== 'input' && possibleOf(on, walk.lookup).some(name => possible.includes(name));
  if (!isFitting) {
    const near = nearName(on, possible);
    const hint = near ? `; did you mean \`${near}\`?` : `; it may be ${possible.slice(0, 12).join(', ')}`;
    throw refuse(`\`${parent}\` is never \`${on}\`${hint}`, { field: on, accepted: possible.slice(0, SHOWN) });
  }
  checkSet(node.selectionSet, on, { ...walk, depth: walk.depth + 1 });
}

const possibleOf = (name: string, lookup: TypeLookup): readonly string[] => lookup(name)?.members ?? [name];

/** Of directives only those every server has, which do nothing but leave out (section 3.13). */
function checkDirectives(directives: readonly DirectiveNode[] | undefined): void {
  for (const { name, arguments: args = [] } of directives ?? []) {
    const isKnown = name.value === 'include' || name.value === 'skip';
    if (!isKnown || args.length !== 1 || args[0]!.name.value !== 'if' || args[0]!.value.kind !== 'BooleanValue') {
      throw refuse(`of directives, only @include(if: true) and @skip(if: true) can be used here, not @${name.value}`);
    }
  }
}

const fieldsOf = (type: StoredType | undefined): string[] => Object.keys(type?.fields ?? {});

function unknownField(name: string, parent: string, type: StoredType | undefined): FaultError {
  const names = fieldsOf(type);
  const near = nearName(name, names);
  const members = type?.members?.slice(0, 8) ?? [];
  const others = names.length > 0 ? `; it has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}` : '';
  const byType = members.length > 0 ? `; ask by type: ... on ${members[0]} { … } (it may be ${members.join(', ')})` : '';
  const hint = near ? `; did you mean \`${near}\`?` : names.length > 0 ? others : byType;
  return refuse(`\`${parent}\` has no field \`${name}\`${hint}`, {
    field: `${parent}.${name}`,
    ...(near && { suggestions: [near] }),
    accepted: names.slice(0, SHOWN),
  });
}
