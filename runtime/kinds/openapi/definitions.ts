import { createHash } from 'node:crypto';
import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { convert, type Dialect } from './dialect.ts';
import { type Reading, segmentsOf } from './refs.ts';

/** The one definition table of a source: what tools refer to, converted once, however often it is referred to. */
export interface Definitions {
  /** Converts a schema of the document; what it refers to enters the table. */
  convert(schema: unknown): JsonSchema;
  /** The same, once: what several operations have in common is one object in all of them. */
  once(schema: unknown): JsonSchema;
  /** The table, complete: converting a definition may bring in others. */
  complete(): ReadonlyMap<string, JsonSchema>;
  /** The schema of an argument that is a file. */
  file(description?: string): Record<string, unknown>;
}

const FILE = '_file';

/** A file as an argument: text as it is, a data URL, or an object as `read` gives for binary answers. */
const FILE_SCHEMA: JsonSchema = {
  title: 'File',
  anyOf: [
    { type: 'string', description: 'The content as text, or a data: URL.' },
    {
      type: 'object',
      properties: {
        base64: { type: 'string', contentEncoding: 'base64', description: 'The content, for anything that is not text.' },
        text: { type: 'string' },
        filename: { type: 'string' },
        contentType: { type: 'string' },
        bytes: { type: 'integer' },
      },
      anyOf: [{ required: ['base64'] }, { required: ['text'] }],
      additionalProperties: false,
    },
  ],
};

const HOMES = ['#/components/schemas/', '#/definitions/', '#/schemas/', '#/$defs/'];

export function createDefinitions(doc: Reading): Definitions {
  const table = new Map<string, JsonSchema>();
  const names = new Map<string, string | undefined>();
  const owners = new Map<string, unknown>();
  const waiting: { name: string; ref: string }[] = [];

  const dialect: Dialect = {
    warn: doc.warn,
    refer(ref) {
      let name = names.get(ref);
      if (name === undefined && !names.has(ref)) {
        const target = doc.resolve(ref);
        name = target === undefined ? undefined : definitionName(ref, owners, target);
        names.set(ref, name);
        if (name !== undefined) waiting.push({ name, ref });
      }
      return name === undefined ? undefined : `#/$defs/${name}`;
    },
  };

  const taken = new Map<unknown, JsonSchema>();

  let fileUsed = false;
  return {
    once(schema) {
      const known = taken.get(schema) ?? convert(schema, dialect);
      taken.set(schema, known);
      return known;
    },
    file(description) {
      fileUsed = true;
      return { $ref: `#/$defs/${FILE}`, ...(description !== undefined && { description }) };
    },
    convert: schema => convert(schema, dialect),
    complete() {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        if (!table.has(next.name)) table.set(next.name, convert(doc.resolve(next.ref), dialect));
      }
      if (fileUsed) table.set(FILE, FILE_SCHEMA);
      return table;
    },
  };
}

/**
 * A definition's name is a function of its reference alone, so it is the same at every refresh. A schema that has a name keeps it where
 * it needs no escaping in a pointer; any other target gets one made of its pointer, with a hash to keep it apart.
 */
function definitionName(ref: string, owners: Map<string, unknown>, target: unknown): string {
  const home = HOMES.find(prefix => ref.startsWith(prefix));
  const plain = home && ref.slice(home.length);
  if (plain !== undefined && /^[A-Za-z0-9_.-]{1,120}$/.test(plain) && (owners.get(plain) ?? target) === target && plain !== FILE) {
    owners.set(plain, target);
    return plain;
  }
  const segments = segmentsOf(ref) ?? [];
  const words = segments.slice(home || segments.length > 3 ? -1 : 1).join('_');
  const readable = words.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^_+|_+$/g, '');
  return `${readable.slice(-60) || 'schema'}_${createHash('sha256').update(ref).digest('hex').slice(0, 6)}`;
}
