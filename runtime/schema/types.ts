import { definitionOf, isSchemaObject } from './references.ts';

/** How the types of a schema are written: the walker below decides the form, this decides names and detail. */
export interface Printer {
  /** The text for a reference to a definition. */
  reference(name: string): string;
  /** The text for an object's members. */
  object(schema: Record<string, unknown>, depth: number): string;
  /** From this depth on everything is `unknown`. */
  readonly deepest: number;
  /** At most so many values of an enum, or alternatives of a union. */
  readonly widest: number;
}

const KEYWORDS = new Set([
  'string',
  'number',
  'boolean',
  'object',
  'unknown',
  'null',
  'never',
  'any',
  'void',
  'undefined',
  'symbol',
  'bigint',
]);

/** The TypeScript type of a schema, as text. */
export function typeOf(schema: unknown, printer: Printer, depth = 0): string {
  if (schema === false) return 'never';
  if (!isSchemaObject(schema) || depth > printer.deepest) return 'unknown';
  const name = definitionOf(schema.$ref);
  if (name !== undefined) return printer.reference(name);
  if (schema.const !== undefined) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal), printer);
  if (!isCombined(schema)) return ownType(schema, printer, depth, false) ?? 'unknown';
  const parts = [
    ...intersected(schema, printer, depth),
    ...(['anyOf', 'oneOf'] as const).flatMap(key => {
      const members = schema[key];
      if (!Array.isArray(members) || !members.some(isInformative)) return [];
      return [
        union(
          members.map(member => typeOf(member, printer, depth + 1)),
          printer,
        ),
      ];
    }),
  ];
  const own = ownType(schema, printer, depth, true);
  const all = own === undefined ? parts : [own, ...parts.filter(part => part !== own)];
  const said = [...new Set(all)].filter(part => part !== 'unknown');
  if (said.length === 0) return 'unknown';
  return said.length === 1 ? said[0]! : said.map(parenthesised).join(' & ');
}

/** `anyOf: [{required: ['a']}, …]` restrains without giving a type. */
const isInformative = (member: unknown): boolean =>
  isSchemaObject(member) && Object.keys(member).some(key => !['required', 'title', 'description', 'not'].includes(key));

const intersected = (schema: Record<string, unknown>, printer: Printer, depth: number): string[] =>
  Array.isArray(schema.allOf) ? schema.allOf.filter(isInformative).map(member => typeOf(member, printer, depth + 1)) : [];

/** Most schemas are not made of others: those are written without looking for what there is to combine. */
const isCombined = (schema: Record<string, unknown>): boolean =>
  schema.anyOf !== undefined || schema.oneOf !== undefined || schema.allOf !== undefined;

function ownType(schema: Record<string, unknown>, printer: Printer, depth: number, mayBeUnion: boolean): string | undefined {
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? inferred(schema) : [schema.type];
  if (types.length === 0) return undefined;
  const hasUnion = mayBeUnion && [schema.anyOf, schema.oneOf, schema.allOf].some(list => Array.isArray(list) && list.some(isInformative));
  const written = types.map(type => one(String(type), schema, printer, depth));
  if (written.length === 1 && !hasUnion) return written[0];
  if (hasUnion && written.every(type => KEYWORDS.has(type) || type === 'Record<string, unknown>' || type === 'unknown[]')) return undefined;
  return union(written, printer);
}

function inferred(schema: Record<string, unknown>): string[] {
  if (isSchemaObject(schema.properties) || schema.additionalProperties !== undefined) return ['object'];
  return schema.items !== undefined || schema.prefixItems !== undefined ? ['array'] : [];
}

function one(type: string, schema: Record<string, unknown>, printer: Printer, depth: number): string {
  if (type === 'integer') return 'number';
  if (type === 'array') return list(schema, printer, depth);
  if (type !== 'object') return type;
  const properties = isSchemaObject(schema.properties) ? Object.keys(schema.properties).length : 0;
  if (properties > 0) return printer.object(schema, depth);
  if (schema.additionalProperties === false) return 'Record<string, never>';
  return `Record<string, ${isSchemaObject(schema.additionalProperties) ? typeOf(schema.additionalProperties, printer, depth + 1) : 'unknown'}>`;
}

function list(schema: Record<string, unknown>, printer: Printer, depth: number): string {
  if (Array.isArray(schema.prefixItems)) {
    const rest = schema.items === false ? '' : `, ...${parenthesised(typeOf(schema.items, printer, depth + 1))}[]`;
    return `[${schema.prefixItems.map(item => `${parenthesised(typeOf(item, printer, depth + 1))}?`).join(', ')}${rest}]`;
  }
  return `${parenthesised(typeOf(schema.items, printer, depth + 1))}[]`;
}

function union(types: readonly string[], printer: Printer): string {
  const unique = [...new Set(types)];
  if (unique.includes('unknown')) return 'unknown';
  const shown = unique.slice(0, printer.widest);
  if (shown.length < unique.length) shown.push(unique.every(type => type.startsWith('"')) ? 'string' : 'unknown');
  return shown.map(type => (type.includes(' & ') ? parenthesised(type) : type)).join(' | ');
}

const literal = (value: unknown): string => (typeof value === 'object' && value !== null ? 'unknown' : JSON.stringify(value));

const parenthesised = (type: string): string => (isCompound(type) ? `(${type})` : type);

/** Whether a type is a union or intersection at its outside: one within braces or quotes needs no parentheses. */
function isCompound(type: string): boolean {
  if (!/[|&]/.test(type)) return false;
  let depth = 0;
  for (let at = 0; at < type.length; at++) {
    const c = type[at]!;
    if (c === '"') {
      for (at++; at < type.length && type[at] !== '"'; at++) if (type[at] === '\\') at++;
    } else if ('{[(<'.includes(c)) depth++;
    else if ('}])>'.includes(c)) depth--;
    else if (depth === 0 && (c === '|' || c === '&')) return true;
  }
  return false;
}

/** A property name as TypeScript writes it. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** PascalCase of a definition's name. */
export function typeName(name: string): string {
  const words = name.match(/[A-Za-z0-9]+/g) ?? ['Type'];
  const joined = words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\d/.test(joined) ? `T${joined}` : joined;
}

/** Members with the required ones first, each as `name?: type`. */
export function membersOf(schema: Record<string, unknown>): { name: string; required: boolean; schema: unknown }[] {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const first: { name: string; required: boolean; schema: unknown }[] = [];
  const others: typeof first = [];
  for (const [name, property] of Object.entries(isSchemaObject(schema.properties) ? schema.properties : {})) {
    const isRequired = required.has(name);
    (isRequired ? first : others).push({ name, required: isRequired, schema: property });
  }
  return others.length === 0 ? first : first.concat(others);
}
