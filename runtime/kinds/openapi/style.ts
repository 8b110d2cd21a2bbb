import type { BoundParameter, Style } from './binding.ts';

/**
 * Values as parameters are written: the style table of the OpenAPI specification ("Style Examples"), for every place.
 * What no style can say, a list within a list or an object within an object, is written as JSON, but for `deepObject`, which nests.
 */

export interface Writing {
  readonly style?: Style;
  readonly explode?: boolean;
  readonly allowReserved?: true;
}

type Pair = readonly [name: string, value: string];

/** Percent-encodes all but unreserved characters (RFC 3986). */
export const encode = (source: string): string =>
  encodeURIComponent(wellFormed(source)).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A lone surrogate has no UTF-8; it becomes the replacement character, as everywhere on the web. */
const wellFormed = (source: string): string => (/[\uD800-\uDFFF]/.test(source) ? Buffer.from(source).toString() : source);

/** Leaves reserved characters as they are, except those that would end or split the query. */
export const encodeReserved = (source: string): string =>
  encode(source).replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B|3D)/g, escaped => decodeURIComponent(escaped));

/** A scalar as text; anything else as JSON. */
export function scalar(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const entriesOf = (value: Record<string, unknown>): Pair[] =>
  Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, scalar(item)] as const]));

const DELIMITERS: Partial<Record<Style, string>> = { spaceDelimited: '%20', pipeDelimited: '%7C', tsv: '%09' };

/** A query parameter, or a field of a form: its pairs, encoded, not yet joined. */
export function queryPairs(name: string, value: unknown, { style = 'form', explode, allowReserved }: Writing): Pair[] {
  const write = allowReserved ? encodeReserved : encode;
  const key = encode(name);
  if (style === 'deepObject') return deepPairs(name, value).map(([path, item]) => [encode(path), write(item)]);
  const spread = explode ?? style === 'form';
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    if (spread) return value.map(item => [key, write(scalar(item))]);
    return [[key, value.map(item => write(scalar(item))).join(DELIMITERS[style] ?? ',')]];
  }
  if (!isRecord(value)) return [[key, write(scalar(value))]];
  const entries = entriesOf(value);
  if (entries.length === 0) return [];
  if (spread) return entries.map(([k, v]) => [encode(k), write(v)]);
  return [[key, entries.map(([k, v]) => `${encode(k)}${DELIMITERS[style] ?? ','}${write(v)}`).join(DELIMITERS[style] ?? ',')]];
}

/** `a[b][0]=c`: brackets all the way down, lists by index. */
function deepPairs(name: string, value: unknown): Pair[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => deepPairs(`${name}[${index}]`, item));
  if (isRecord(value))
    return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : deepPairs(`${name}[${key}]`, item)));
  return [[name, scalar(value)]];
}

/** A path parameter, encoded. */
export function pathValue(name: string, value: unknown, { style = 'simple', explode = false, allowReserved }: Writing): string {
  const write = allowReserved ? encodeReserved : encode;
  if (style === 'label') return label(value, explode, write);
  if (style === 'matrix') return matrix(name, value, explode, write);
  return simple(value, explode, write);
}

/** A header value: as it is, nothing is encoded in there. */
export const headerValue = (value: unknown, { explode = false }: Writing): string => simple(value, explode, v => v);

/** A cookie parameter: its pairs, to be joined with `; `. */
export function cookiePairs(name: string, value: unknown, { explode = true }: Writing): string[] {
  return queryPairs(name, value, { explode }).map(([key, item]) => `${key}=${item}`);
}

type Write = (source: string) => string;

function simple(value: unknown, explode: boolean, write: Write): string {
  if (Array.isArray(value)) return value.map(item => write(scalar(item))).join(',');
  if (!isRecord(value)) return write(scalar(value));
  return entriesOf(value)
    .map(([k, v]) => `${write(k)}${explode ? '=' : ','}${write(v)}`)
    .join(',');
}

function label(value: unknown, explode: boolean, write: Write): string {
  const separator = explode ? '.' : ',';
  if (Array.isArray(value)) return `.${value.map(item => write(scalar(item))).join(separator)}`;
  if (!isRecord(value)) return `.${write(scalar(value))}`;
  return `.${entriesOf(value)
    .map(([k, v]) => `${write(k)}${explode ? '=' : ','}${write(v)}`)
    .join(separator)}`;
}

function matrix(name: string, value: unknown, explode: boolean, write: Write): string {
  const pair = (key: string, item: string): string => (item === '' ? `;${write(key)}` : `;${write(key)}=${item}`);
  if (Array.isArray(value)) {
    const items = value.map(item => write(scalar(item)));
    return explode ? items.map(item => pair(name, item)).join('') : pair(name, items.join(','));
  }
  if (!isRecord(value)) return pair(name, write(scalar(value)));
  const entries = entriesOf(value);
  return explode
    ? entries.map(([k, v]) => pair(k, write(v))).join('')
    : pair(name, entries.map(([k, v]) => `${write(k)},${write(v)}`).join(','));
}

/** The parameter as the style functions want it. */
export const writingOf = ({ style, explode, allowReserved }: BoundParameter): Writing => ({
  ...(style !== undefined && { style }),
  ...(explode !== undefined && { explode }),
  ...(allowReserved && { allowReserved }),
});
