import type { JsonSchema } from '../../machines/schema/tool.ts';
import { definitionOf, isSchemaObject, type Lookup } from './references.ts';
import { key, membersOf, type Printer, typeName, typeOf } from './types.ts';

/** Characters a signature in a hit may have: enough to call most tools without asking for more. */
export const BUDGET = 320;

const DEFINITION = 60;

/**
 * One line of TypeScript for a list of tools: `(input: { owner: string; title: string; body?: string; …4 more }) => Promise<Issue>`.
 * Required arguments come first and are always there; optional ones as far as the budget goes.
 */
export function signature(input: JsonSchema, output: JsonSchema | undefined, lookup: Lookup, budget: number = BUDGET): string {
  const result = resultOf(output, lookup);
  const frame = `(input: {  }) => Promise<${result}>`.length;
  const members = isSchemaObject(input) ? membersOf(input) : [];
  if (members.length === 0) return `(input: {}) => Promise<${result}>`;
  const written: string[] = [];
  let length = frame;
  for (const [index, { name, required, schema }] of members.entries()) {
    const member = `${key(name)}${required ? '' : '?'}: ${short(schema, lookup)}`;
    if (!required && length + member.length + 2 > budget) {
      written.push(`…${members.length - index} more`);
      break;
    }
    written.push(member);
    length += member.length + 2;
  }
  const open = isSchemaObject(input) && input.additionalProperties !== false && input.additionalProperties !== undefined;
  if (open) written.push('[key: string]: unknown');
  return `(input: { ${written.join('; ')} }) => Promise<${result}>`;
}

const printer = (lookup: Lookup, depth: number): Printer => ({
  deepest: 3,
  widest: 6,
  object: (schema, level) => {
    const members = membersOf(schema);
    if (level > 2 || members.length > 6) return 'object';
    return `{ ${members.map(m => `${key(m.name)}${m.required ? '' : '?'}: ${typeOf(m.schema, printer(lookup, depth), level + 1)}`).join('; ')} }`;
  },
  reference: name => {
    const definition = lookup(name);
    // A definition that is only a word or a few is shown as what it is.
    const inlined =
      isSchemaObject(definition) && definitionOf(definition.$ref) === undefined && depth < 2 && !isSchemaObject(definition.properties);
    const written = inlined ? typeOf(definition, printer(lookup, depth + 1)) : undefined;
    return written !== undefined && written.length <= DEFINITION ? written : typeName(name);
  },
});

function short(schema: unknown, lookup: Lookup): string {
  const written = typeOf(schema, printer(lookup, 0));
  if (written.length <= 2 * DEFINITION) return written;
  return isSchemaObject(schema) && schema.type === 'array'
    ? 'object[]'
    : isSchemaObject(schema) && schema.type === 'string'
      ? 'string'
      : 'object';
}

function resultOf(output: JsonSchema | undefined, lookup: Lookup): string {
  if (output === undefined) return 'unknown';
  const written = typeOf(output, printer(lookup, 0));
  return written.length <= DEFINITION ? written : isSchemaObject(output) && output.type === 'array' ? 'object[]' : 'object';
}
