import type { JsonSchema } from '../../machines/schema/tool.ts';
import { definitionOf, isSchemaObject, type Lookup } from './references.ts';
import { key, membersOf, type Printer, typeName, typeOf } from './types.ts';

/** Characters a signature in a hit may have: enough to call most tools without asking for more. */
export const BUDGET = 320;

const DEFINITION = 60;

/** Writes signatures of tools whose schemas refer to one table. */
export type Signatures = (input: JsonSchema, output: JsonSchema | undefined, budget?: number) => string;

/**
 * One line of TypeScript for a list of tools: `(input: { owner: string; title: string; body?: string; …4 more }) => Promise<Issue>`.
 * Required arguments come first and are always there; optional ones as far as the budget goes.
 */
export const signature = (input: JsonSchema, output: JsonSchema | undefined, lookup: Lookup, budget?: number): string =>
  createSignatures(lookup)(input, output, budget);

/** For many tools of one table: definitions, and arguments that are `repeated`, are written once. */
export function createSignatures(lookup: Lookup, repeated: ReadonlySet<object> = new Set()): Signatures {
  const printers: Printer[] = [0, 1, 2].map(depth => printerOf(lookup, depth, inner => printers[inner]!));
  const types = new Map<object, string>();

  function argument(schema: unknown): string {
    if (!isSchemaObject(schema) || !repeated.has(schema)) return short(schema, printers[0]!);
    const known = types.get(schema) ?? short(schema, printers[0]!);
    types.set(schema, known);
    return known;
  }

  return (input, output, budget = BUDGET) => {
    const result = resultOf(output, printers[0]!);
    const members = isSchemaObject(input) ? membersOf(input) : [];
    if (members.length === 0) return `(input: {}) => Promise<${result}>`;
    const written: string[] = [];
    let length = `(input: {  }) => Promise<${result}>`.length;
    for (const [index, { name, required, schema }] of members.entries()) {
      const member = `${key(name)}${required ? '' : '?'}: ${argument(schema)}`;
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
  };
}

/** Writes types in a few words. A definition that is only a word or a few is shown as what it is, up to two of them in each other. */
function printerOf(lookup: Lookup, depth: number, within: (depth: number) => Printer): Printer {
  const references = new Map<string, string>();
  const printer: Printer = {
    deepest: 3,
    widest: 6,
    object: (schema, level) => {
      const members = membersOf(schema);
      if (level > 2 || members.length > 6) return 'object';
      return `{ ${members.map(m => `${key(m.name)}${m.required ? '' : '?'}: ${typeOf(m.schema, printer, level + 1)}`).join('; ')} }`;
    },
    reference: name => {
      const known = references.get(name) ?? reference(name);
      references.set(name, known);
      return known;
    },
  };

  function reference(name: string): string {
    const definition = lookup(name);
    const inlined =
      isSchemaObject(definition) && definitionOf(definition.$ref) === undefined && depth < 2 && !isSchemaObject(definition.properties);
    const written = inlined ? typeOf(definition, within(depth + 1)) : undefined;
    return written !== undefined && written.length <= DEFINITION ? written : typeName(name);
  }
  return printer;
}

function short(schema: unknown, printer: Printer): string {
  const written = typeOf(schema, printer);
  if (written.length <= 2 * DEFINITION) return written;
  return isSchemaObject(schema) && schema.type === 'array'
    ? 'object[]'
    : isSchemaObject(schema) && schema.type === 'string'
      ? 'string'
      : 'object';
}

function resultOf(output: JsonSchema | undefined, printer: Printer): string {
  if (output === undefined) return 'unknown';
  const written = typeOf(output, printer);
  return written.length <= DEFINITION ? written : isSchemaObject(output) && output.type === 'array' ? 'object[]' : 'object';
}
