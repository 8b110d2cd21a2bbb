import { FaultError } from '../machines/schema/fault.ts';
import type { Validators } from '../machines/schema/source.ts';
import { readChallenge } from './auth/challenge.ts';
import type { Probe } from './kinds/kind.ts';
import type { Upstream } from './upstream.ts';

/** A description may be this large, and take this long to come. */
const DOCUMENT_BYTES = 128 * 1024 * 1024;
const DOCUMENT_MS = 60_000;

/** A description that was fetched, and what tells a later fetch whether it has changed. */
export interface Fetched extends Probe {
  readonly validators?: Validators;
}

export interface Unchanged {
  readonly unchanged: true;
}

/**
 * Fetches a description; with validators only if it has changed (RFC 9110, section 13).
 * @throws FaultError source_not_recognised for an answer that is no document, or what the upstream client throws
 */
export async function fetchDocument(
  upstream: Upstream,
  options: {
    url: string;
    allowPrivate: boolean;
    headers?: Record<string, string> | undefined;
    validators?: Validators;
    /** In milliseconds. */
    timeoutMs?: number;
    signal?: AbortSignal;
  },
): Promise<Fetched | Unchanged> {
  const { url, allowPrivate, headers, validators, signal, timeoutMs = DOCUMENT_MS } = options;
  if (!URL.canParse(url)) {
    throw new FaultError('invalid_arguments', `"${url}" is no address; give a full one, such as https://api.example.com/openapi.json`);
  }
  const { origin, pathname } = new URL(url);
  const condition = {
    ...(validators?.etag && { 'if-none-match': validators.etag }),
    ...(validators?.lastModified && { 'if-modified-since': validators.lastModified }),
  };
  const response = await upstream.send(
    { method: 'GET', url, headers: { accept: 'application/json, application/yaml;q=0.9, text/yaml;q=0.9, */*;q=0.5', ...condition } },
    {
      allowPrivate,
      credentials: headers && { origins: [origin], headers },
      timeoutMs,
      maxBytes: DOCUMENT_BYTES,
      onOverflow: 'fail',
      signal,
    },
  );
  if (response.status === 304 && validators) return { unchanged: true };
  if (response.status < 200 || response.status > 299) {
    // Without the query: keys are often in it.
    if (response.status === 401) {
      const { resourceMetadata, scopes } = readChallenge(response.headers['www-authenticate']) ?? {};
      const challenge = { resource: url, ...(resourceMetadata && { resourceMetadata }), ...(scopes && { wanted: scopes }) };
      throw new FaultError(
        'login_required',
        `${origin}${pathname} answered 401: it wants a credential; give it one with a header, or connect the source`,
        {
          details: { status: 401, challenge },
        },
      );
    }
    throw new FaultError(
      'source_not_recognised',
      `${origin}${pathname} answered ${response.status}: is this the address of the API description itself?`,
      {
        details: { status: response.status },
      },
    );
  }
  const { 'content-type': contentType, etag, 'last-modified': lastModified } = response.headers;
  const found = { ...(etag && { etag }), ...(lastModified && { lastModified }) };
  return {
    bytes: response.body,
    url: response.url,
    ...(contentType && { contentType }),
    ...((etag || lastModified) && { validators: found }),
  };
}
