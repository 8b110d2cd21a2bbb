import { FaultError } from '../../machines/schema/fault.ts';

/** A credential as it is put on the wire, and the origins (`https://api.github.com`) it may go to. */
export interface Credentials {
  readonly origins: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
}

/** Headers of the connection and the framing belong to the client (RFC 9110, sections 7.2 and 7.6.1), never to a request. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** All that goes along to another origin: everything else may identify the caller. */
const TRAVELLING = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

/**
 * The headers of a request in lower case, with what every request says of itself.
 * Throws `invalid_arguments` for a header of the framing.
 */
export function baseHeaders(given: Readonly<Record<string, string>>, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': userAgent };
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (FRAMING.has(key))
      throw new FaultError('invalid_arguments', `The header ${key} cannot be set by a request`, { details: { header: key } });
    headers[key] = value;
  }
  return headers;
}

/** Headers without those that describe a body, for a redirect that drops it. */
export function withoutBodyHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

/** Headers that may follow a redirect to another origin. */
export function travellingHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => TRAVELLING.has(name)));
}

/**
 * The headers as they leave: with the credential, when the origin is one it may go to and the chain never left https. This is the only
 * place where secrets meet a request.
 */
export function headersToSend(
  { url, headers, trusted }: { url: URL; headers: Readonly<Record<string, string>>; trusted: boolean },
  credentials: Credentials | undefined,
): Record<string, string> {
  const all: Record<string, string> = { ...headers };
  if (!trusted || !credentials?.origins.includes(url.origin)) return all;
  for (const [name, value] of Object.entries(credentials.headers)) all[name.toLowerCase()] = value;
  const cookies = Object.entries(credentials.cookies ?? {}).map(([name, value]) => `${name}=${value}`);
  if (cookies.length > 0) all.cookie = [...(all.cookie ? [all.cookie] : []), ...cookies].join('; ');
  return all;
}

/** The address as it is asked for: with the credential's parameters, under the same conditions. It is never shown or stored. */
export function urlToSend({ url, trusted }: { url: URL; trusted: boolean }, credentials: Credentials | undefined): URL {
  const parameters = Object.entries(credentials?.query ?? {});
  if (parameters.length === 0 || !trusted || !credentials?.origins.includes(url.origin)) return url;
  const sent = new URL(url);
  const added = parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  // Appended as text: what is there already keeps its exact bytes.
  sent.search = sent.search === '' ? added : `${sent.search}&${added}`;
  return sent;
}
