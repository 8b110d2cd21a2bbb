import type { JsonSchema } from '../../machines/schema/tool.ts';
import { reach } from './closure.ts';
import { isSchemaObject, type Lookup, referencesIn } from './references.ts';
import { key, membersOf, type Printer, typeName, typeOf } from './types.ts';

export interface Described {
  readonly path: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
}

/** Definitions that are spelled out; those behind them are `unknown`, and are in the schemas. */
const MOST = 80;

/**
 * The declaration of a tool: a function type, its input and output, and every type they need by name, so that cyclic ones end. What the
 * input needs comes first, because that is what a caller cannot do without.
 */
export function typescript(tool: Described, lookup: Lookup, options: { readonly limit?: number } = {}): string {
  const limit = options.limit ?? MOST;
  const base = typeName(tool.path);
  const needed = reach({ $defs: { input: tool.inputSchema, output: tool.outputSchema ?? true } }, lookup, limit);
  const names = uniqueNames([...needed.keys()], [base, `${base}Input`, `${base}Output`]);
  const printer = fullPrinter(names);
  const declarations = [
    `${comment(tool.description, '')}export type ${base} = (input: ${base}Input) => Promise<${tool.outputSchema === undefined ? 'unknown' : `${base}Output`}>;`,
    declare(`${base}Input`, tool.inputSchema, printer),
    ...(tool.outputSchema === undefined ? [] : [declare(`${base}Output`, tool.outputSchema, printer)]),
    ...[...needed].map(([name, schema]) => declareAmong(names, name, schema, printer)),
  ];
  return `${declarations.join('\n\n')}\n`;
}

/** One name for each definition, apart from each other and from those already taken. */
export function uniqueNames(definitions: readonly string[], taken: readonly string[] = []): Map<string, string> {
  const used = new Set(taken.map(name => name.toLowerCase()));
  const names = new Map<string, string>();
  for (const definition of definitions) {
    const wanted = typeName(definition);
    let name = wanted;
    for (let n = 2; used.has(name.toLowerCase()) || GLOBAL.has(name); n++) name = `${wanted}${n}`;
    used.add(name.toLowerCase());
    names.set(definition, name);
  }
  return names;
}

const GLOBAL = new Set(['Record', 'Promise', 'Array', 'Object', 'String', 'Number', 'Boolean', 'Symbol', 'Date', 'Function', 'Error']);

/** Writes every member on a line of its own, with its description; definitions by the names given. */
export function fullPrinter(names: ReadonlyMap<string, string>): Printer {
  const printer: Printer = {
    deepest: 20,
    widest: 200,
    reference: name => names.get(name) ?? 'unknown',
    object: (schema, depth) => {
      const indent = '  '.repeat(depth + 1);
      const lines = membersOf(schema).map(member => {
        const text = typeOf(member.schema, printer, depth + 1);
        return `${comment(descriptionOf(member.schema), indent)}${indent}${key(member.name)}${member.required ? '' : '?'}: ${text};`;
      });
      const open = schema.additionalProperties;
      if (open === true || isSchemaObject(open)) lines.push(`${indent}[key: string]: unknown;`);
      return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
    },
  };
  return printer;
}

/** `export type <name> = …;` with its description. */
export function declare(name: string, schema: JsonSchema, printer: Printer): string {
  const text = typeOf(schema, printer);
  const head = comment(descriptionOf(schema), '');
  // A type that is its own name would be a circle without an end.
  return `${head}export type ${name} = ${text === name ? 'unknown' : text};`;
}

/** Declarations of definitions, as they came out under such names. */
const declared = new WeakMap<object, Map<string, string>>();
const VARIANTS = 8;

/** The declaration of a definition among others: nearly the same for all tools that need it, differing in which others are within the limit. */
function declareAmong(names: ReadonlyMap<string, string>, definition: string, schema: JsonSchema, printer: Printer): string {
  const name = names.get(definition)!;
  if (!isSchemaObject(schema)) return declare(name, schema, printer);
  const key = [name, ...[...referencesIn(schema)].map(other => names.get(other) ?? '')].join(' ');
  const variants = declared.get(schema) ?? new Map<string, string>();
  declared.set(schema, variants);
  if (variants.size >= VARIANTS && !variants.has(key)) variants.clear();
  const text = variants.get(key) ?? declare(name, schema, printer);
  variants.set(key, text);
  return text;
}

const descriptionOf = (schema: unknown): string | undefined =>
  isSchemaObject(schema) && typeof schema.description === 'string' ? schema.description : undefined;

/** What a description has that a line of JSDoc must not have: most have none of it. */
const UNEVEN = /\s\s|[^\S ]|\*\//;

/** The first paragraph of a text as a JSDoc line; nothing for an empty text. */
export function comment(source: string | undefined, indent: string): string {
  const text = source?.trim();
  if (!text) return '';
  const line = UNEVEN.test(text)
    ? text
        .split(/\n\s*\n/, 1)[0]!
        .replace(/\s+/g, ' ')
        .replaceAll('*/', '*\\/')
    : text;
  return `${indent}/** ${line.length > 300 ? `${line.slice(0, 299)}…` : line} */\n`;
}
