import type { OAuthFetch } from './fetch.ts';

/**
 * Reads an answer of a token endpoint the way it was meant. Servers in use answer as a form (GitHub of old), with 200 to a failure
 * (GitHub, Slack), without a token type, with numbers as text, or with an ID token that is none.
 * @param onIdToken is given the ID token, which is used for a label only and is not part of the grant
 */
export function lenientTokens(guardedFetch: OAuthFetch, onIdToken: (token: string) => void = () => {}): OAuthFetch {
  return async (url, request) => {
    const response = await guardedFetch(url, request);
    const text = await response.text();
    const body = read(text);
    if (body === undefined) return again(text, response.status, response.headers);
    const nested = response.ok && body.access_token === undefined && isObject(body.authed_user) ? body.authed_user : undefined;
    const answer: Record<string, unknown> = { ...body, ...nested };
    if (typeof answer.id_token === 'string') onIdToken(answer.id_token);
    const { id_token: _, ...rest } = answer;
    const isFailure = typeof rest.error === 'string' && rest.access_token === undefined;
    const status = response.ok ? (isFailure ? 400 : 200) : response.status;
    return again(JSON.stringify(response.ok && !isFailure ? tidy(rest) : rest), status, withJson(response.headers));
  };
}

/** Reads an answer to a registration the way it was meant: with 200, or without the time at which its secret ends (RFC 7591, section 3.2.1). */
export async function lenientRegistration(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const text = await response.text();
  const body = read(text);
  if (!body) return again(text, 201, response.headers);
  const { client_secret: secret, client_secret_expires_at: end } = body;
  const isTimeless = secret !== undefined && typeof end !== 'number';
  return again(JSON.stringify(isTimeless ? { ...body, client_secret_expires_at: 0 } : body), 201, withJson(response.headers));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const again = (text: string, status: number, headers: Headers): Response => new Response(text, { status, headers });

function withJson(headers: Headers): Headers {
  const changed = new Headers(headers);
  changed.set('content-type', 'application/json');
  return changed;
}

function read(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    const form = new URLSearchParams(text);
    return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : undefined;
  }
}

function tidy(answer: Record<string, unknown>): Record<string, unknown> {
  const { expires_in, refresh_token, scope, token_type, ...rest } = answer;
  const seconds = Number(expires_in);
  const scopes = Array.isArray(scope) ? scope.join(' ') : typeof scope === 'string' ? scope : undefined;
  return {
    ...rest,
    token_type: typeof token_type === 'string' && token_type !== '' ? token_type : 'bearer',
    ...(expires_in !== undefined && expires_in !== null && Number.isFinite(seconds) && seconds > 0 && { expires_in: seconds }),
    ...(typeof refresh_token === 'string' && refresh_token !== '' && { refresh_token }),
    ...(scopes !== undefined && { scope: scopes }),
  };
}
