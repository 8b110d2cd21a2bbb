import { FaultError } from '../../../machines/schema/fault.ts';
import { refuseLineBreaks } from './refusals.ts';

/** A file as it goes on the wire. */
export interface File {
  readonly content: Uint8Array;
  readonly filename?: string;
  readonly contentType?: string;
}

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/;

/** Reads a file argument: text, a data URL, or `{base64 | text, filename?, contentType?}`. */
export function fileOf(argument: string, value: unknown): File {
  if (typeof value === 'string') return fromText(argument, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { content: Buffer.from(JSON.stringify(value) ?? ''), contentType: 'application/json' };
  }
  const { base64, text, filename, contentType } = value as Record<string, unknown>;
  for (const part of [filename, contentType]) refuseLineBreaks(argument, part);
  if (typeof base64 !== 'string' && typeof text !== 'string') {
    return { content: Buffer.from(JSON.stringify(value)), contentType: 'application/json' };
  }
  return {
    content: typeof base64 === 'string' ? bytesOf(argument, base64) : Buffer.from(text as string),
    ...(typeof filename === 'string' && { filename }),
    ...(typeof contentType === 'string' && { contentType }),
  };
}

function fromText(argument: string, value: string): File {
  const header = DATA_URL.exec(value);
  if (!header) return { content: Buffer.from(value) };
  const [all, type = '', parameters = ''] = header;
  const rest = value.slice(all.length);
  const content = /;base64$/i.test(parameters) ? bytesOf(argument, rest) : Buffer.from(decodeURIComponent(rest));
  return { content, contentType: type || 'text/plain' };
}

function bytesOf(argument: string, base64: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64.replace(/\s+/g, ''))) {
    throw new FaultError('invalid_arguments', `\`${argument}\` is not valid base64`, { details: { path: `/${argument}` } });
  }
  return Buffer.from(base64, 'base64');
}
