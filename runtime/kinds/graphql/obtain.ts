import { FaultError } from '../../../machines/schema/fault.ts';
import type { WantedAuth } from '../../../machines/schema/source.ts';
import type { Endpoint, Obtained, UpstreamResponse } from '../kind.ts';
import { candidateAt } from './detect.ts';
import { EVERYTHING, introspectionQuery, narrower, type Wish } from './introspection.ts';
import { ACCEPT } from './request.ts';

const DOCUMENT_BYTES = 128 * 1024 * 1024;
/** Refusals are short; what is longer is no refusal. */
const REFUSAL_BYTES = 1024 * 1024;

type Received = UpstreamResponse & { readonly url: string };

/**
 * Asks an endpoint for its schema by introspection. A server that does not know all that is asked for is asked for less.
 * @throws FaultError source_not_recognised when introspection is switched off, with what to do instead; what the upstream client throws
 */
export async function obtainGraphql(endpoint: Endpoint): Promise<Obtained | undefined> {
  const until = performance.now() + endpoint.timeoutMs;
  for (let wish: Wish | undefined = EVERYTHING; wish; ) {
    const response = await ask(endpoint, wish, until - performance.now());
    if (isSchema(response)) return { candidate: candidateAt(response.url, 1), bytes: response.body, url: response.url };
    const refusal = refusalIn(response);
    if (!refusal) return undefined;
    if (refusal.auth) return { candidate: { ...candidateAt(endpoint.url, 0.7), auth: refusal.auth }, url: endpoint.url };
    if (refusal.isOff) throw isOff(endpoint.url, refusal.message);
    wish = narrower(wish, refusal.message);
    if (!wish) throw refused(endpoint.url, refusal.message);
  }
  return undefined;
}

async function ask({ url, headers, allowPrivate, upstream, signal }: Endpoint, wish: Wish, timeoutMs: number): Promise<Received> {
  return upstream.send(
    {
      method: 'POST',
      url,
      headers: { accept: ACCEPT, 'content-type': 'application/json' },
      // Some servers let introspection through by the name of its operation.
      body: JSON.stringify({ query: introspectionQuery(wish), operationName: 'IntrospectionQuery' }),
    },
    {
      allowPrivate,
      credentials: headers && { origins: [new URL(url).origin], headers },
      timeoutMs: Math.max(1, timeoutMs),
      maxBytes: DOCUMENT_BYTES,
      onOverflow: 'fail',
      signal,
    },
  );
}

/** By its beginning: the whole is parsed where it is indexed. */
function isSchema({ status, body }: Received): boolean {
  if (status < 200 || status > 299) return false;
  return /"__schema"\s*:\s*\{/.test(new TextDecoder().decode(body.subarray(0, 4_096)));
}

interface Refusal {
  readonly message: string;
  readonly auth?: WantedAuth;
  readonly isOff: boolean;
}

/** What a GraphQL server says when it does not answer; undefined when this is none. */
function refusalIn({ status, headers, body, url }: Received): Refusal | undefined {
  const answer = body.length > REFUSAL_BYTES ? undefined : parsed(body);
  const errors = Array.isArray(answer?.errors) ? (answer.errors as unknown[]) : [];
  const messages = errors.map(error =>
    typeof error === 'object' && error !== null ? String((error as { message?: unknown }).message ?? '') : '',
  );
  const isNamed = /graph-?ql|\bgql\b/i.test(new URL(url).pathname + new URL(url).hostname);
  const speaks =
    messages.some(message => message !== '') &&
    (isNamed || /graphql/.test(headers['content-type'] ?? '') || 'data' in answer! || errors.some(isOfGraphql));
  const message = messages.join('; ').slice(0, 1_000);
  if (status === 401 || status === 403 || (speaks && wantsCredential(message))) {
    return speaks || isNamed
      ? { message, auth: { required: true, schemes: schemesIn(headers['www-authenticate']) }, isOff: false }
      : undefined;
  }
  if (!speaks) return undefined;
  return { message, isOff: /introspection/i.test(message) && !/depth|complex/i.test(message) };
}

const isOfGraphql = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && ('locations' in error || 'extensions' in error);

const wantsCredential = (message: string): boolean =>
  /unauthori[sz]ed|unauthenticated|not authenticated|authentication required|must be (logged|signed|authenticated)|access token|api key|invalid token|forbidden/i.test(
    message,
  );

/** The schemes of a challenge (RFC 9110, section 11.6.1). */
export const schemesIn = (challenge: string | undefined): string[] => [
  ...new Set(
    [...(challenge ?? '').matchAll(/(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$))/g)].map(match => match[1]!.toLowerCase()),
  ),
];

function parsed(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // No JSON: nothing a GraphQL server says.
    return undefined;
  }
}

const placeOf = (url: string): string => new URL(url).origin + new URL(url).pathname;

const isOff = (url: string, said: string): FaultError =>
  new FaultError(
    'source_not_recognised',
    `${placeOf(url)} is a GraphQL endpoint, but it does not describe itself: introspection is off (“${said.slice(0, 200)}”). ` +
      'Give its schema (SDL, or the JSON of an introspection) as the document, with this address as the base URL.',
    { details: { kind: 'graphql', needs: ['spec', 'baseUrl'] } },
  );

const refused = (url: string, said: string): FaultError =>
  new FaultError(
    'source_not_recognised',
    `${placeOf(url)} is a GraphQL endpoint, but it refuses to describe itself: ${said.slice(0, 300)}. ` +
      'Give its schema (SDL, or the JSON of an introspection) as the document, with this address as the base URL.',
    { details: { kind: 'graphql', needs: ['spec', 'baseUrl'] } },
  );
