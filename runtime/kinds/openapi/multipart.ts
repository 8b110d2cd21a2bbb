import { createHash } from 'node:crypto';
import type { BoundEncoding, BoundMedia } from './binding.ts';
import { fileOf } from './file.ts';
import { essence, familyOf, isRange } from './media.ts';
import { scalar } from './style.ts';
import type { WrittenBody } from './write-body.ts';

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly content: Uint8Array;
}

/** multipart/form-data (RFC 7578). The boundary is made of the content, so the same input gives the same bytes. */
export function writeMultipart(media: BoundMedia, fields: Record<string, unknown>): WrittenBody {
  const parts = Object.entries(fields).flatMap(([name, value]) => partsOf(name, value, media.encoding?.[name] ?? {}));
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part.name).update(part.content);
  const boundary = `executor-${digest.digest('hex').slice(0, 32)}`;
  const disposed = essence(media.type) === 'multipart/form-data';
  const chunks = parts.flatMap(part => [Buffer.from(`--${boundary}\r\n${headOf(part, disposed)}\r\n`), part.content, Buffer.from('\r\n')]);
  return { contentType: `${media.type}; boundary=${boundary}`, content: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]) };
}

/** A list is as many parts of one name, unless its encoding says it is one JSON value. */
function partsOf(name: string, value: unknown, encoding: BoundEncoding): Part[] {
  const json = encoding.contentType !== undefined && familyOf(encoding.contentType.split(',')[0]!) === 'json';
  if (Array.isArray(value) && !json) return value.map(item => partOf(name, item, encoding));
  return [partOf(name, value, encoding)];
}

function partOf(name: string, value: unknown, encoding: BoundEncoding): Part {
  const declared = encoding.contentType?.split(',')[0]?.trim();
  const usable = declared !== undefined && !isRange(declared) ? declared : undefined;
  if (encoding.file) {
    const { content, filename = name, contentType } = fileOf(name, value);
    const fallback = usable ?? (typeof value === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream');
    return { name, filename, contentType: contentType ?? fallback, content };
  }
  const structured = typeof value === 'object' && value !== null;
  const contentType = usable ?? (structured ? 'application/json' : undefined);
  const json = structured || (usable !== undefined && familyOf(usable) === 'json' && typeof value !== 'string');
  return { name, ...(contentType !== undefined && { contentType }), content: Buffer.from(json ? JSON.stringify(value) : scalar(value)) };
}

function headOf({ name, filename, contentType }: Part, disposed: boolean): string {
  const file = filename === undefined ? '' : `; filename="${quoted(filename)}"`;
  const disposition = disposed ? `Content-Disposition: form-data; name="${quoted(name)}"${file}\r\n` : '';
  return `${disposition}${contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`}`;
}

/** As browsers write names (HTML, "multipart/form-data encoding algorithm"). */
const quoted = (source: string): string => source.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
