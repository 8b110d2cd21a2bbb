import { type Fault, FaultError } from '../machines/schema/fault.ts';

/** Takes secret values out of whatever is to be shown or logged. */
export interface Redactor {
  /** Learns more values; earlier ones stay known. */
  add(values: Iterable<string>): void;
  text(text: string): string;
  /** A copy of a JSON value with every string and every key redacted. */
  json<T>(value: T): T;
  fault(fault: Fault): Fault;
  /** Everything it looks for. */
  forms(): readonly string[];
}

const REPLACEMENT = '[redacted]';

/** Shorter values are left alone: they would tear holes into ordinary text, and are no secrets anybody can keep. */
const MIN_LENGTH = 4;

/**
 * Knows the values by heart and finds them plain, in base64 (at any offset of a longer text), base64url, hex, URL-encoded and
 * JSON-escaped. Of `Bearer x` and `Basic x` it knows the parts as well.
 */
export function createRedactor(
  values: Iterable<string> = [],
  { minLength = MIN_LENGTH, replacement = REPLACEMENT }: { minLength?: number; replacement?: string } = {},
): Redactor {
  const known = new Set<string>();
  let pattern: RegExp | undefined;
  const add = (more: Iterable<string>): void => {
    for (const value of more) for (const part of parts(value)) for (const form of forms(part, minLength)) known.add(form);
    pattern =
      known.size === 0
        ? undefined
        : new RegExp(
            [...known]
              .sort((a, b) => b.length - a.length)
              .map(escapePattern)
              .join('|'),
            'g',
          );
  };
  const text = (shown: string): string => (pattern ? shown.replace(pattern, replacement) : shown);
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), json(inner)]));
  };
  add(values);
  return {
    add,
    text,
    forms: () => [...known],
    json: <T>(value: T) => json(value) as T,
    fault: fault => ({
      ...fault,
      message: text(fault.message),
      ...(fault.details && { details: json(fault.details) as Record<string, unknown> }),
    }),
  };
}

/** What went wrong, without the values. What is no fault of ours is shown to nobody, and stays as it is. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0 || !(error instanceof FaultError)) return error;
  const { code, message, details } = createRedactor(secrets).fault({
    code: error.code,
    message: error.message,
    ...(error.details && { details: error.details }),
  });
  return new FaultError(code, message, { cause: error, ...(details && { details }) });
}

/** A header value says a scheme before the secret; the one of Basic hides a password (RFC 7617). */
function parts(value: string): string[] {
  const [, scheme = '', credential] = /^([A-Za-z][A-Za-z0-9-]*) +(\S+)$/.exec(value) ?? [];
  if (credential === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [value, credential];
  const decoded = Buffer.from(credential, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return [value, credential, decoded, ...(colon >= 0 ? [decoded.slice(colon + 1)] : [])];
}

function forms(value: string, minLength: number): string[] {
  if (value.length < minLength) return [];
  const bytes = Buffer.from(value, 'utf8');
  const percent = encodeURIComponent(value).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const inBase64 = [0, 1, 2].flatMap(offset => base64At(bytes, offset));
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    new URLSearchParams({ v: value }).toString().slice(2),
    encodeURI(value),
    bytes.toString('hex'),
    ...inBase64,
    ...inBase64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
  ].filter(form => form.length >= minLength);
}

/** The characters that a value at this offset within base64-encoded text brings about whatever stands around it. */
function base64At(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const from = offset === 0 ? 0 : offset + 1;
  const partial = (bytes.length + offset) % 3 === 0 ? 0 : 1;
  const inner = whole.slice(from, whole.length - partial);
  const full = offset === 0 ? [bytes.toString('base64'), whole] : [];
  return inner.length >= 2 * MIN_LENGTH ? [...full, inner] : full;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
