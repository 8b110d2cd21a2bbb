import type { BoundEncoding, BoundMedia, Style } from './binding.ts';
import type { Definitions } from './definitions.ts';
import { isObject, type Node, text } from './document.ts';
import { essence, familyOf, isRange, preference } from './media.ts';
import type { Body, Media } from './operation.ts';
import type { Reading } from './refs.ts';
import { type Shape, shapeOf } from './shape.ts';

/** One media type of a body, as it will be an argument or several. */
export interface ReadMedia {
  readonly bound: BoundMedia;
  /** The properties that lie beside the parameters; absent: the body is one argument. */
  readonly shape?: Shape;
  /** The schema of the one argument. */
  readonly whole?: Record<string, unknown> | boolean;
}

/** The media types of a body, the best to send first. */
export function readMedia(doc: Reading, definitions: Definitions, body: Body): ReadMedia[] {
  const unique = [...new Map(body.media.map(media => [media.type.toLowerCase(), media])).values()];
  const sorted = unique
    .map((media, at) => ({ media, at }))
    .sort((a, b) => preference(a.media.type) - preference(b.media.type) || a.at - b.at);
  return sorted.map(({ media }) => readOne(doc, definitions, media));
}

function readOne(doc: Reading, definitions: Definitions, media: Media): ReadMedia {
  const shape = shapeOf(doc, media.schema);
  const named = familyOf(media.type);
  // `*/*` with an object's schema is a document that did not say JSON.
  const family = named === 'binary' && isRange(media.type) && (shape || isJsonLike(doc, media.schema)) ? 'json' : named;
  const type = family === 'json' && isRange(media.type) ? 'application/json' : media.type;
  if (family === 'json' || family === 'form' || family === 'multipart') {
    if (shape) return { bound: { type, ...encodingsOf(doc, media, shape, family) }, shape };
    return { bound: { type, as: 'body' }, whole: wholeSchema(definitions, media) };
  }
  if (family === 'ndjson') return { bound: { type, as: 'body' }, whole: { anyOf: [{ type: 'array' }, { type: 'string' }] } };
  if (family === 'text' || family === 'sse') return { bound: { type, as: 'body' }, whole: textSchema(doc, media) };
  return { bound: { type, as: 'body' }, whole: definitions.file(text(doc.follow(media.schema)?.description)) };
}

/** A JSON Patch is a list of operations, though documents declare it as an object (RFC 6902). */
function wholeSchema(definitions: Definitions, media: Media): Record<string, unknown> | boolean {
  const schema = definitions.convert(media.schema) as Record<string, unknown> | boolean;
  if (essence(media.type) !== 'application/json-patch+json' || (typeof schema === 'object' && schema.type === 'array')) return schema;
  return { type: 'array', items: { type: 'object', required: ['op', 'path'] } };
}

const isJsonLike = (doc: Reading, schema: unknown): boolean => {
  const node = doc.follow(schema);
  return node !== undefined && (node.type === 'array' || node.type === 'object' || node.type === 'number' || node.type === 'integer');
};

/** Text, whatever its schema says of the structure behind it: XML and YAML are written by the caller. */
function textSchema(doc: Reading, media: Media): Record<string, unknown> {
  const node = doc.follow(media.schema);
  const description = text(node?.description) ?? `The body as ${media.type} text.`;
  return { type: 'string', description };
}

/** How each property of a form or multipart body is written, where the default is not the right way. */
function encodingsOf(doc: Reading, media: Media, shape: Shape, family: string): { encoding?: Record<string, BoundEncoding> } {
  if (family === 'json') return {};
  const encoding: Record<string, BoundEncoding> = {};
  const files = family === 'multipart' ? filesOf(doc, media, shape) : new Set<string>();
  for (const name of shape.properties.keys()) {
    const given = isObject(media.encoding?.[name]) ? media.encoding[name] : {};
    const bound = boundEncoding(given, files.has(name));
    if (Object.keys(bound).length > 0) encoding[name] = bound;
  }
  return Object.keys(encoding).length > 0 ? { encoding } : {};
}

const SAID = /^(file|files|image|photo|document|attachment|attachments|upload|media|video|audio|avatar)$/i;

/** Properties that are files. A multipart body without any is one whose document forgot to say: then the name says it. */
function filesOf(doc: Reading, media: Media, shape: Shape): Set<string> {
  const names = [...shape.properties].filter(([name, schema]) => {
    const given = isObject(media.encoding?.[name]) ? media.encoding[name] : {};
    return isFile(doc, schema, given);
  });
  if (names.length > 0) return new Set(names.map(([name]) => name));
  const said = [...shape.properties].filter(([name, schema]) => {
    const node = doc.follow(schema);
    return SAID.test(name) && node?.type === 'string' && node.format === undefined && node.enum === undefined;
  });
  return new Set(said.map(([name]) => name));
}

function boundEncoding(given: Node, file: boolean): BoundEncoding {
  return {
    ...(typeof given.style === 'string' && { style: given.style as Style }),
    ...(typeof given.explode === 'boolean' && { explode: given.explode }),
    ...(given.allowReserved === true && { allowReserved: true as const }),
    ...(typeof given.contentType === 'string' && { contentType: given.contentType }),
    ...(file && { file: true as const }),
  };
}

/** A property that is a file, or a list of files, by any of the ways documents say so. */
export function isFile(doc: Reading, schema: unknown, encoding: Node): boolean {
  const node = doc.follow(schema);
  if (!node) return false;
  if (node.type === 'array' || (Array.isArray(node.type) && node.type.includes('array'))) return isFile(doc, node.items, encoding);
  if (node.type === 'file' || node.format === 'binary' || node.format === 'file') return true;
  if (typeof node.contentMediaType === 'string' && node.contentEncoding === undefined) return familyOf(node.contentMediaType) === 'binary';
  const typed = node.type === undefined || node.type === 'string' || (Array.isArray(node.type) && node.type.includes('string'));
  const type = typeof encoding.contentType === 'string' ? encoding.contentType.split(',')[0]! : undefined;
  return typed && type !== undefined && familyOf(type) === 'binary';
}
