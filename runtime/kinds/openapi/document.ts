import { parse as parseYaml } from 'yaml';
import { FaultError } from '../../../machines/schema/fault.ts';
import { narrowJson } from './narrow.ts';

/** A node of a document: whatever JSON or YAML can say. */
export type Node = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);

const refuse = (message: string, cause?: unknown): FaultError => new FaultError('source_not_recognised', message, { cause });

/** Decodes UTF-8, or UTF-16 where a byte order mark says so. */
export function decode(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // Buffer decodes large texts several times as fast as TextDecoder does.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Parses a JSON or YAML document whose root must be an object. */
export function parseDocument(bytes: Uint8Array): Node {
  const quick = bytes[0] === BRACE ? parseNarrow(bytes) : undefined;
  if (isObject(quick)) return quick;
  const source = decode(bytes);
  const first = source.trimStart()[0];
  if (first === undefined) throw refuse('The document is empty.');
  if (first === '<') {
    const what = /^\s*<\?xml|<(wsdl:)?definitions/i.test(source.slice(0, 500)) ? 'an XML document' : 'an HTML page';
    throw refuse(`This is ${what}, not an API description. Give the address of the OpenAPI document itself (JSON or YAML).`);
  }
  const root = first === '{' || first === '[' ? parseJson(source) : parseYamlText(source);
  if (!isObject(root)) throw refuse('This is not an API description: an OpenAPI document is an object at its root.');
  return root;
}

const BRACE = 0x7b;

/** Most documents are JSON, and this is the fast way to read it; what is none is read, or refused, in the other one. */
function parseNarrow(bytes: Uint8Array): unknown {
  try {
    const source = narrowJson(bytes);
    return source === undefined ? undefined : JSON.parse(source);
  } catch {
    // What is wrong is said of the text as its author wrote it.
    return undefined;
  }
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    try {
      // JSON with trailing commas or `#` comments is YAML's flow style; one that ends in the middle is neither.
      return parseYaml(source, { uniqueKeys: false, logLevel: 'error' });
    } catch {
      // The JSON error is the one that means something to the author of the document.
      throw refuse(`The document is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }
}

function parseYamlText(source: string): unknown {
  try {
    return parseYaml(source, { uniqueKeys: false, merge: true, logLevel: 'silent', maxAliasCount: 10_000, strict: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw refuse(`The document is neither JSON nor valid YAML: ${reason}`, error);
  }
}
