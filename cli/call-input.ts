import { readFileSync } from 'node:fs';
import { UsageError } from './failure.ts';
import { readStdin } from './stdin.ts';

/** A `key=value` of the command line: as typed, and as JSON where it is JSON. */
export interface Pair {
  key: string;
  typed: string;
  value: unknown;
}

/** The words of `call`, read: a path, and what its input is made of. */
export interface CallWords {
  path: string;
  input: Record<string, unknown>;
  pairs: Pair[];
}

/**
 * Splits the words of a call into path and arguments: the path ends where a word begins with `{` or `@`, is `-`, or contains `=`.
 * @throws UsageError
 */
export async function readCallWords(words: readonly string[]): Promise<CallWords> {
  const end = words.findIndex(isArgument);
  const path = pathOf(end < 0 ? words : words.slice(0, end));
  if (path === '') throw new UsageError('<path...> is missing', 'Usage: executor call <path...> [arguments...]');
  const input: Record<string, unknown> = {};
  const pairs: Pair[] = [];
  for (const word of end < 0 ? [] : words.slice(end)) {
    if (word === '-' || word.startsWith('{') || word.startsWith('@')) Object.assign(input, await readObject(word));
    else pairs.push(readPair(word));
  }
  return { path, input, pairs };
}

/** A tool's path, from words, dots or both. */
export function pathOf(words: readonly string[]): string {
  return words.join('.').split('.').filter(Boolean).join('.');
}

/** Whether a word of `call` belongs to the arguments. */
export function isArgument(word: string): boolean {
  return word === '-' || word.startsWith('{') || word.startsWith('@') || word.includes('=');
}

/**
 * Reads a JSON object: the text itself, `@file`, or `-` for stdin.
 * @throws UsageError
 */
export async function readObject(word: string): Promise<Record<string, unknown>> {
  const from = word === '-' ? 'stdin' : word.startsWith('@') ? word.slice(1) : 'the arguments';
  const text = word === '-' ? await readStdin() : word.startsWith('@') ? readFile(word.slice(1)) : word;
  if (text.trim() === '') throw new UsageError(`${from} must be a JSON object, and there is nothing`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${from} cannot be read as JSON: ${(error as Error).message}`, 'In a shell, put JSON in single quotes.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${from} must be a JSON object`);
  return value as Record<string, unknown>;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function readPair(word: string): Pair {
  const at = word.indexOf('=');
  if (at < 1) throw new UsageError(`${JSON.stringify(word)} is no argument`, 'Arguments are a JSON object, key=value, @file.json or "-".');
  const typed = word.slice(at + 1);
  try {
    return { key: word.slice(0, at), typed, value: JSON.parse(typed) };
  } catch {
    // What is no JSON is text: that is what people mean by title=Hello.
    return { key: word.slice(0, at), typed, value: typed };
  }
}

/** Whether the tool's schema must be asked how a pair is meant: `zip=12345` may be a number or a text. */
export function isAmbiguous({ value }: Pair): boolean {
  return typeof value !== 'string';
}

/** The whole input. Where a pair's JSON value does not fit the schema and text does, it is the text as typed. A key given again makes a list. */
export function inputOf({ input, pairs }: CallWords, schema?: unknown): Record<string, unknown> {
  const whole = { ...input };
  const seen = new Set<string>();
  for (const pair of pairs) {
    const property = (schema as Schema | undefined)?.properties?.[pair.key];
    const items = seen.has(pair.key) || allows(property, 'array', schema) ? resolve(property, schema)?.items : undefined;
    const value = fit(pair, Array.isArray(pair.value) ? property : (items ?? property), schema);
    whole[pair.key] = seen.has(pair.key) ? [whole[pair.key], value].flat() : value;
    seen.add(pair.key);
  }
  return whole;
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

function fit({ typed, value }: Pair, schema: Schema | undefined, root: unknown): unknown {
  if (typeof value === 'string' && !typed.startsWith('"')) return typed;
  return !allows(schema, typeOf(value), root) && allows(schema, 'string', root) ? typed : value;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function resolve(schema: Schema | undefined, root: unknown): Schema | undefined {
  const name = schema?.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  return name ? (root as Schema).$defs?.[decodeURIComponent(name)] : schema;
}

/** Whether a schema lets a JSON type through. One that says nothing lets everything through. */
function allows(schema: Schema | undefined, type: string, root: unknown, depth = 0): boolean {
  const found = resolve(schema, root);
  if (!found || depth > 8) return true;
  const types = found.type === undefined ? undefined : [found.type].flat();
  if (types && !types.some(each => each === type || (each === 'integer' && type === 'number'))) return false;
  if (found.enum && !found.enum.some(each => typeOf(each) === type)) return false;
  const branches = found.anyOf ?? found.oneOf;
  if (branches && !branches.some(each => allows(each, type, root, depth + 1))) return false;
  return (found.allOf ?? []).every(each => allows(each, type, root, depth + 1));
}
