import { createHash, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Arrived, answerJson } from '../upstream-recorder.ts';

/** What an authorization server does that others do not. One row of the tests is one set of these. */
export interface Oddities {
  /** Where its issuer is below the origin: `/tenant`. */
  path?: string;
  /** Which form of its metadata address it serves; RFC 8414's unless told. */
  metadata?: 'oauth' | 'oidc-inserted' | 'oidc-appended' | 'none';
  /** Endpoints in its metadata are relative. */
  relative?: boolean;
  registration?: 'open' | 'off' | 'loopback-only' | 'closed-200';
  /** Redirect addresses it takes when `loopback-only`. */
  takes?: (redirect: string) => boolean;
  /** Token answers: as a form, with 200 to failures, without a type, with a time as text. */
  answers?: 'json' | 'form' | 'failures-200' | 'untyped';
  /** How clients prove themselves. */
  tokenAuth?: string[];
  /** Seconds an access token lasts. */
  expiresIn?: number | string;
  /** Refresh tokens are used once; using one again kills all that came of it. */
  rotates?: boolean;
  /** It takes a client's metadata document instead of a registration, or says so and cannot read it. */
  documents?: 'read' | 'unreachable';
  /** It never heard of `resource`. */
  refusesResource?: boolean;
  /** It puts `iss` into its answers, and says so. */
  iss?: string | true;
  /** The scopes it has. */
  scopes?: string[];
  clientCredentials?: boolean;
  /** How often a device is told to wait. */
  devicePending?: number;
}

interface Client {
  id: string;
  secret?: string;
  redirects: string[];
}

/** An authorization server as a table of oddities, inside whatever serves it. It writes down what it was asked. */
export function createAuthority(oddities: Oddities = {}) {
  const { path = '', metadata = 'oauth', registration = 'open', answers = 'json', scopes = ['orders:read', 'orders:write'] } = oddities;
  const clients = new Map<string, Client>();
  const codes = new Map<string, { client: string; challenge: string; redirect: string; resource: string | null; scope: string }>();
  const families = new Map<string, { live: string; dead: boolean; scope: string }>();
  const access = new Map<string, { family: string; scope: string }>();
  const asked: {
    authorize: URLSearchParams[];
    token: { form: URLSearchParams; authorization: string | undefined }[];
    registrations: Record<string, unknown>[];
    revoked: string[];
  } = {
    authorize: [],
    token: [],
    registrations: [],
    revoked: [],
  };
  const issued: string[] = [];
  let polls = 0;
  /** Runs before a token request is answered: true when it has dealt with it. */
  const plans: ((res: ServerResponse) => boolean)[] = [];

  const issuerOf = (origin: string) => `${origin}${path}`;

  function metadataOf(origin: string) {
    const issuer = issuerOf(origin);
    const at = (place: string) => (oddities.relative ? `${path}/${place}` : `${issuer}/${place}`);
    return {
      issuer,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      device_authorization_endpoint: at('device'),
      ...(registration !== 'off' && { registration_endpoint: at('register') }),
      token_endpoint_auth_methods_supported: oddities.tokenAuth ?? ['none', 'client_secret_basic', 'client_secret_post'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: scopes,
      ...(oddities.documents && { client_id_metadata_document_supported: true }),
      ...(oddities.iss && { authorization_response_iss_parameter_supported: true }),
    };
  }

  const wellKnown = (): string => {
    if (metadata === 'oidc-inserted') return `/.well-known/openid-configuration${path}`;
    if (metadata === 'oidc-appended') return `${path}/.well-known/openid-configuration`;
    return metadata === 'none' ? '/nowhere' : `/.well-known/oauth-authorization-server${path}`;
  };

  function say(res: ServerResponse, body: Record<string, unknown>, status = 200): unknown {
    if (answers === 'failures-200' && status >= 400) return void answerJson(res, 200, body);
    if (answers !== 'form') return void answerJson(res, status, body);
    const text = new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)])).toString();
    return res.writeHead(status, { 'content-type': 'application/x-www-form-urlencoded' }).end(text);
  }

  function clientOf({ form, authorization }: { form: URLSearchParams; authorization: string | undefined }): Client | undefined {
    const [, basic] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
    const [id = '', secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
      : [form.get('client_id') ?? '', form.get('client_secret') ?? undefined];
    const client = clients.get(id);
    if (!client || (client.secret !== undefined && client.secret !== secret && !form.has('client_assertion'))) return undefined;
    return client;
  }

  function grant(res: ServerResponse, family: string, scope: string): unknown {
    const token = `access-${randomUUID()}`;
    access.set(token, { family, scope });
    const refresh = oddities.rotates === false ? family : `refresh-${randomUUID()}`;
    const known = families.get(family) ?? { live: refresh, dead: false, scope };
    known.live = refresh;
    families.set(family, known);
    issued.push(token, refresh);
    return say(res, {
      access_token: token,
      ...(answers !== 'untyped' && { token_type: 'Bearer' }),
      refresh_token: refresh,
      expires_in: oddities.expiresIn ?? 3600,
      scope,
    });
  }

  function token(request: Arrived, res: ServerResponse): unknown {
    const form = new URLSearchParams(request.text);
    const question = { form, authorization: request.headers.authorization };
    asked.token.push(question);
    const plan = plans.shift();
    if (plan?.(res)) return;
    if (!clientOf(question)) return say(res, { error: 'invalid_client' }, 401);
    if (oddities.refusesResource && form.has('resource')) return say(res, { error: 'invalid_target' }, 400);
    const type = form.get('grant_type');
    if (type === 'client_credentials') return grant(res, randomUUID(), form.get('scope') ?? '');
    if (type === 'urn:ietf:params:oauth:grant-type:device_code') {
      if (polls++ < (oddities.devicePending ?? 0)) return say(res, { error: polls === 1 ? 'slow_down' : 'authorization_pending' }, 400);
      return grant(res, randomUUID(), '');
    }
    if (type === 'refresh_token') {
      const used = form.get('refresh_token') ?? '';
      const [family, known] = [...families].find(([id, { live }]) => live === used || id === used) ?? [];
      if (family === undefined || known === undefined || known.dead) {
        if (oddities.rotates) for (const each of families.values()) each.dead = true;
        return say(res, { error: 'invalid_grant', error_description: `this token is spent: ${used}` }, 400);
      }
      return grant(res, family, known.scope);
    }
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const verified =
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url') === code?.challenge;
    if (!code || !verified || code.redirect !== form.get('redirect_uri')) return say(res, { error: 'invalid_grant' }, 400);
    return grant(res, randomUUID(), code.scope);
  }

  function register(request: Arrived, res: ServerResponse): unknown {
    const wanted = JSON.parse(request.text) as { redirect_uris: string[]; token_endpoint_auth_method: string };
    asked.registrations.push(wanted as never);
    if (registration === 'loopback-only' && !wanted.redirect_uris.every(oddities.takes ?? (uri => uri.startsWith('http://127.0.0.1')))) {
      return answerJson(res, 400, { error: 'invalid_redirect_uri' });
    }
    const id = `client-${randomUUID()}`;
    const secret = wanted.token_endpoint_auth_method === 'none' ? undefined : `sesame-${randomUUID()}`;
    clients.set(id, { id, redirects: wanted.redirect_uris, ...(secret && { secret }) });
    if (secret) issued.push(secret);
    return answerJson(res, registration === 'closed-200' ? 200 : 201, {
      ...wanted,
      client_id: id,
      ...(secret && { client_secret: secret, ...(registration !== 'closed-200' && { client_secret_expires_at: 0 }) }),
    });
  }

  /** A client that is known by its document: what it may be sent back to is in there, which a test looks at. */
  function documented(query: URLSearchParams): Client | undefined {
    const id = query.get('client_id') ?? '';
    if (oddities.documents !== 'read' || !id.startsWith('https://')) return undefined;
    const client = { id, redirects: [query.get('redirect_uri') ?? ''] };
    clients.set(id, client);
    return client;
  }

  function authorize(request: Arrived, res: ServerResponse, origin: string): void {
    const { query } = request;
    const client = clients.get(query.get('client_id') ?? '') ?? documented(query);
    const redirect = query.get('redirect_uri') ?? '';
    if (client?.redirects.includes(redirect) !== true) {
      res.writeHead(400, { 'content-type': 'text/html' }).end('<h1>invalid_client</h1>');
      return;
    }
    if (query.get('state') === 'probe') {
      res.writeHead(200).end('log in');
      return;
    }
    asked.authorize.push(query);
    const code = `code-${randomUUID()}`;
    issued.push(code);
    codes.set(code, {
      client: client.id,
      challenge: query.get('code_challenge') ?? '',
      redirect,
      resource: query.get('resource'),
      scope: query.get('scope') ?? '',
    });
    const back = new URL(redirect);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    if (oddities.iss) back.searchParams.set('iss', oddities.iss === true ? issuerOf(origin) : oddities.iss);
    res.writeHead(302, { location: back.href }).end();
  }

  return {
    asked,
    clients,
    /** Every secret it has given out: tokens, codes, secrets of registered clients. */
    issued,
    issuerOf,
    /** What happens to the next token request instead of an answer. */
    plan: (next: (res: ServerResponse) => boolean) => plans.push(next),
    /** It forgets its clients, as some do after a while. */
    purge: () => clients.clear(),
    /** Whether a token is one that it gave out and has not taken back. */
    knows: (authorization: string | undefined) => access.has((authorization ?? '').replace(/^Bearer /, '')),
    scopeOf: (authorization: string | undefined) => access.get((authorization ?? '').replace(/^Bearer /, ''))?.scope,
    /** All access tokens end. */
    expireAll: () => access.clear(),
    kill: () => {
      access.clear();
      for (const family of families.values()) family.dead = true;
    },

    /** Answers what is for it; false leaves the request to others. */
    answer(request: Arrived, res: ServerResponse, origin: string): boolean {
      if (request.path === wellKnown()) answerJson(res, 200, metadataOf(origin));
      else if (request.path === `${path}/authorize`) authorize(request, res, origin);
      else if (request.path === `${path}/token`) token(request, res);
      else if (request.path === `${path}/register` && registration !== 'off') register(request, res);
      else if (request.path === `${path}/revoke`) {
        asked.revoked.push(new URLSearchParams(request.text).get('token') ?? '');
        res.writeHead(200).end();
      } else if (request.path === `${path}/device`) {
        answerJson(res, 200, {
          device_code: 'device-1',
          user_code: 'WDJB-MJHT',
          verification_uri: `${origin}/device`,
          expires_in: 600,
          interval: 1,
        });
      } else if (request.path.startsWith('/.well-known/')) answerJson(res, 404, {});
      else return false;
      return true;
    },
  };
}
export type Authority = ReturnType<typeof createAuthority>;

/** Does what a person's browser does with a link: follows it to the authorization server and back. Gives the page it ends at. */
export async function browse(link: string): Promise<{ status: number; text: string; url: string }> {
  const response = await fetch(link, { redirect: 'follow' });
  return { status: response.status, text: await response.text(), url: response.url };
}
