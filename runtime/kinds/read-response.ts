import type { Http } from '../../machines/schema/call.ts';
import type { Tool } from '../../machines/schema/tool.ts';
import type { Reading, UpstreamResponse } from './kind.ts';
import { familyOf } from './openapi/media.ts';

/** Items of a stream that are read; what follows is counted and left out. */
export const STREAM_LIMIT = 10_000;

/** A failure's body up to this size stands in the error itself. */
const ERROR_BYTES = 64 * 1024;
const PREVIEW_CHARACTERS = 2048;

/** Reads a response by what it is, not by what the document promised: a mismatch is no failure (WANTS, row 36). */
export function readResponse(_tool: Tool, response: UpstreamResponse): Reading {
  // Cookies of the upstream are between it and us.
  const { 'set-cookie': _, ...headers } = response.headers;
  const http: Http = { status: response.status, headers };
  const data = dataOf(response);
  if (response.status < 400) return { ...(data !== undefined && { data }), http };
  const error = (body: unknown) => ({
    code: 'upstream_http_error' as const,
    message: messageOf(response.status, data),
    details: { status: response.status, ...(body !== undefined && { body }) },
  });
  if (response.body.length <= ERROR_BYTES) return { error: error(data), http };
  // An error stands in every view of its execution: of a large one the beginning, the whole is stored as the result.
  const preview = JSON.stringify(data)
    .slice(0, PREVIEW_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/, '');
  return { data, error: error({ truncated: true, bytes: response.body.length, preview }), http };
}

function dataOf({ headers, body, truncated }: UpstreamResponse): unknown {
  if (body.length === 0) return undefined;
  const type = headers['content-type'] ?? '';
  const family = type === '' ? sniff(body) : familyOf(type);
  if (family === 'binary' || family === 'multipart') return binary(type, body, truncated);
  const text = textOf(body, type, truncated);
  if (family === 'ndjson' || family === 'sse') return stream(text, family, truncated);
  if (truncated) return { truncated, bytes: body.length, text };
  // JSON served as text/plain or text/html is JSON all the same.
  return family === 'json' || /^\s*[{[]/.test(text) ? jsonOr(text) : text;
}

/** Of a body that was cut, a character that was cut with it is left out. */
function textOf(body: Uint8Array, type: string, truncated: boolean): string {
  const label = /charset="?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(body, { stream: truncated });
  } catch {
    // An unknown charset is most likely UTF-8.
    return new TextDecoder().decode(body, { stream: truncated });
  }
}

/** Lenient: what claims to be JSON and is not is given as text. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The items of a stream. Where the body was cut the last one is not whole: it is said as text, with the mark. */
function stream(text: string, family: 'ndjson' | 'sse', truncated: boolean): unknown[] {
  const end = family === 'sse' ? /\r\n\r\n|\n\n|\r\r/g : /\n/g;
  const parts = text.split(end);
  const rest = truncated ? (parts.pop() ?? '') : '';
  const items = family === 'sse' ? eventsOf(parts) : parts.filter(line => line.trim() !== '').map(jsonOr);
  if (items.length <= STREAM_LIMIT) return truncated ? [...items, { truncated, text: rest }] : items;
  return [...items.slice(0, STREAM_LIMIT), { truncated: true, omitted: items.length - STREAM_LIMIT }];
}

interface Binary {
  readonly contentType: string;
  readonly bytes: number;
  /** The upstream had more than the response cap lets through. */
  readonly truncated?: true;
  readonly base64: string;
}

/** What says most comes first: of a large one a view shows the beginning, and the whole is stored (CONTRACT, section 8). */
const binary = (type: string, body: Uint8Array, truncated: boolean): Binary => ({
  contentType: type || 'application/octet-stream',
  bytes: body.length,
  ...(truncated && { truncated }),
  base64: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
});

function sniff(body: Uint8Array): 'json' | 'text' | 'binary' {
  const start = body.subarray(0, 512);
  if (start.includes(0)) return 'binary';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return /^\s*[{["\d]/.test(text) ? 'json' : 'text';
  } catch {
    // Not UTF-8.
    return 'binary';
  }
}

/** Server-sent events (HTML, section 9.2.6): the data of each, or the event with its name and id where it has one. */
function eventsOf(blocks: readonly string[]): unknown[] {
  return blocks
    .map(block => block.split(/\r\n|\n|\r/))
    .flatMap(lines => {
      const fields = lines.flatMap(line => {
        const match = /^([^:]+)(?:: ?(.*))?$/.exec(line);
        return match ? [[match[1]!, match[2] ?? ''] as const] : [];
      });
      const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
      if (data.length === 0) return [];
      const value = jsonOr(data.join('\n'));
      const named = fields.filter(([name]) => name === 'event' || name === 'id');
      return [named.length === 0 ? value : { ...Object.fromEntries(named), data: value }];
    });
}

/** The upstream's own words where it has some. */
function messageOf(status: number, body: unknown): string {
  const said = wordsOf(body);
  return said === undefined
    ? `The API answered ${status}.`
    : `The API answered ${status}: ${said.length > 300 ? `${said.slice(0, 299)}…` : said}`;
}

function wordsOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body.startsWith('<') ? undefined : body.trim() || undefined;
  if (typeof body !== 'object' || body === null || 'base64' in body) return undefined;
  for (const key of ['message', 'error_description', 'detail', 'title', 'error', 'errors']) {
    const value = (body as Record<string, unknown>)[key];
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value) && value.length > 0) return wordsOf(value[0]);
    if (typeof value === 'object' && value !== null) return wordsOf(value);
  }
  return undefined;
}
