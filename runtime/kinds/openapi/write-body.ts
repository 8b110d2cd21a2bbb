import { FaultError } from '../../../machines/schema/fault.ts';
import { type Binding, type BoundBody, type BoundMedia, RESERVED } from './binding.ts';
import { type File, fileOf } from './file.ts';
import { essence, familyOf, isRange } from './media.ts';
import { writeMultipart } from './multipart.ts';
import { refuseLineBreaks } from './refusals.ts';
import { queryPairs, scalar } from './style.ts';

type Arguments = Readonly<Record<string, unknown>>;

export interface WrittenBody {
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

/** Writes the body in the media type chosen; undefined when the operation has none, or an optional one was not given. */
export function writeBody(binding: Binding, input: Arguments): WrittenBody | undefined {
  const { body } = binding;
  if (!body) return undefined;
  const fields = fieldsOf(binding, body, input);
  const media = choose(body, input);
  const whole = media.as === undefined ? undefined : input[media.as];
  const empty = media.as === undefined ? Object.keys(fields).length === 0 : whole === undefined;
  if (empty && !body.required) return undefined;
  if (media.as === undefined) return writeFields(media, fields);
  return whole === undefined ? undefined : writeWhole(media, whole, input);
}

/** The arguments that are properties of the body: all that are no parameter, no whole body and not the executor's own. */
function fieldsOf({ parameters }: Binding, body: BoundBody, input: Arguments): Record<string, unknown> {
  const others = new Set([...parameters.map(({ as, name }) => as ?? name), ...body.media.flatMap(({ as }) => as ?? []), ...RESERVED]);
  const fields: Record<string, unknown> = {};
  for (const [argument, value] of Object.entries(input)) {
    if (others.has(argument) || value === undefined) continue;
    Object.defineProperty(fields, body.renamed?.[argument] ?? argument, { value, enumerable: true, writable: true, configurable: true });
  }
  return fields;
}

/** The media type asked for; else the first that the arguments fit. */
function choose(body: BoundBody, input: Arguments): BoundMedia {
  const wanted = input._contentType;
  if (typeof wanted !== 'string')
    return body.media.find(({ as }) => as !== undefined && input[as] !== undefined && body.media[0]!.as === undefined) ?? body.media[0]!;
  refuseLineBreaks('_contentType', wanted);
  const name = essence(wanted);
  const found =
    body.media.find(({ type }) => type === wanted || essence(type) === name) ?? body.media.find(({ type }) => inRange(name, essence(type)));
  if (found) return { ...found, type: wanted };
  const accepted = body.media.map(({ type }) => type);
  throw new FaultError('invalid_arguments', `\`_contentType\` must be one of: ${accepted.join(', ')}`, {
    details: { path: '/_contentType', accepted },
  });
}

const inRange = (name: string, range: string): boolean => isRange(range) && (range === '*/*' || name.startsWith(range.replace('*', '')));

function writeFields(media: BoundMedia, fields: Record<string, unknown>): WrittenBody {
  const family = familyOf(media.type);
  if (family === 'form') return { contentType: media.type, content: writeForm(media, fields) };
  if (family === 'multipart') return writeMultipart(media, fields);
  return { contentType: media.type, content: JSON.stringify(fields) };
}

/** application/x-www-form-urlencoded: spaces are plus signs; each field as its encoding says. */
function writeForm({ encoding }: BoundMedia, fields: Record<string, unknown>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => {
    const bound = encoding?.[name] ?? {};
    const styled = bound.style !== undefined || bound.explode !== undefined;
    const json = bound.contentType !== undefined && familyOf(bound.contentType) === 'json';
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value) && !styled;
    return queryPairs(name, json || nested ? JSON.stringify(value) : value, bound);
  });
  return pairs.map(([key, value]) => `${key}=${value}`.replaceAll('%20', '+')).join('&');
}

function writeWhole(media: BoundMedia, value: unknown, input: Arguments): WrittenBody {
  const family = familyOf(media.type);
  if (family === 'json') return { contentType: media.type, content: JSON.stringify(value) };
  if (family === 'ndjson') return { contentType: media.type, content: lines(value) };
  if (family === 'form' && typeof value === 'object' && value !== null) {
    return { contentType: media.type, content: writeForm(media, value as Record<string, unknown>) };
  }
  if (family === 'multipart' && typeof value === 'object' && value !== null) return writeMultipart(media, value as Record<string, unknown>);
  if (family === 'binary' || isRange(media.type)) return writeFile(media, fileOf(media.as ?? 'body', value), input);
  return { contentType: media.type, content: scalar(value) };
}

const lines = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(item => `${JSON.stringify(item)}\n`).join('')
    : typeof value === 'string'
      ? value
      : `${JSON.stringify(value)}\n`;

function writeFile(media: BoundMedia, file: File, input: Arguments): WrittenBody {
  const fallback = media.type.startsWith('text/') ? 'text/plain' : 'application/octet-stream';
  const own = file.contentType !== undefined && inRange(essence(file.contentType), essence(media.type)) ? file.contentType : fallback;
  return { contentType: isRange(media.type) && input._contentType === undefined ? own : media.type, content: file.content };
}
