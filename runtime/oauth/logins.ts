import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import type { OAuthHints } from '../../machines/schema/auth.ts';
import type { ConnectionContext, Flow, Grant } from '../../machines/schema/connection.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { SourceContext } from '../../machines/schema/source.ts';
import type { Filled } from '../auth/values.ts';
import { OAUTH_VALUES } from '../auth/values.ts';
import type { Upstream } from '../upstream.ts';
import type { Vault } from '../vault.ts';
import type { Clients, OAuthClient } from './clients.ts';
import { deviceFlow } from './device.ts';
import { type Discovered, discover } from './discovery.ts';
import { explain } from './failure.ts';
import { checkScheme, type OAuthFetch, oauthFetch } from './fetch.ts';
import { type SealedFlow, stateHash } from './links.ts';
import { scopesOf } from './scopes.ts';

/** A link is to be followed within this time. */
const LINK_MS = 30 * 60_000;

/** Beginning a login: the server is found, the client chosen, the link made. */
export function createLogins(parts: {
  upstream: Upstream;
  clients: Clients;
  vault: Vault;
  /** Where a browser can be sent back to, the preferred address first. */
  redirects: () => string[];
  allowPrivate: boolean;
  now: () => Date;
}) {
  const { upstream, clients, vault, redirects, now } = parts;

  /** @throws FaultError with what a person can do about it */
  async function begin(
    source: SourceContext,
    { method, values }: Filled,
    scopes: string[] | undefined,
    before: ConnectionContext | undefined,
  ): Promise<Flow> {
    const allowPrivate = source.allowPrivate || parts.allowPrivate;
    const guardedFetch = oauthFetch(upstream, { allowPrivate });
    const hints = hintsOf(method, values);
    try {
      const found = await discover(hints, { guardedFetch, allowPrivate });
      return await beginAt(found, { source, hints, values, scopes, before, guardedFetch, allowPrivate });
    } catch (error) {
      throw explain(error);
    }
  }

  async function beginAt(found: Discovered, options: Beginning): Promise<Flow> {
    const { values, guardedFetch, allowPrivate } = options;
    const { server } = found;
    const via = viaOf(found, options);
    checkScheme(server.token_endpoint ?? '', 'token endpoint', allowPrivate);
    const scopes = scopesOf(found, options);
    const choosing = {
      server,
      values,
      redirects: values.redirectUri ? [values.redirectUri] : redirects(),
      scopes,
      guardedFetch,
      allowPrivate,
    };
    let client = await clients.choose(choosing);
    if (
      via === 'code' &&
      client.how !== 'manual' &&
      (await isForgotten(link(found, client, scopes, { challenge: 'probe', state: 'probe' }, options), guardedFetch))
    ) {
      const refusesDocument = client.how === 'document';
      if (!refusesDocument) await clients.forget(server.issuer, client.redirectUri);
      client = await clients.choose({ ...choosing, refusesDocument });
    }
    const grant = grantOf(found, client, { via, scopes, resource: resourceFor(found, options) });
    const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !(OAUTH_VALUES as readonly string[]).includes(name)));
    const sealed: SealedFlow = { values: rest, client: client.secrets };
    if (via === 'device') return deviceFlow(grant, sealed, { guardedFetch, allowPrivate, vault, now: now() });
    if (via === 'client') return { via, grant, secret: vault.hold(sealed), ...span(LINK_MS) };
    checkScheme(server.authorization_endpoint ?? '', 'authorization endpoint', allowPrivate);
    const state = generateRandomState();
    const verifier = generateRandomCodeVerifier();
    const challenge = await calculatePKCECodeChallenge(verifier);
    const url = link(found, client, scopes, { challenge, state }, options);
    return { via, grant, stateHash: stateHash(state), secret: vault.hold({ ...sealed, state, verifier, link: url }), ...span(LINK_MS) };
  }

  const span = (ms: number) => ({ startedAt: now().toISOString(), expiresAt: new Date(now().getTime() + ms).toISOString() });

  return { begin };
}
export type OAuthLogins = ReturnType<typeof createLogins>;

export interface Beginning {
  source: SourceContext;
  hints: OAuthHints;
  values: Readonly<Record<string, string>>;
  scopes: string[] | undefined;
  before: ConnectionContext | undefined;
  guardedFetch: OAuthFetch;
  allowPrivate: boolean;
}

/** What the method says of the endpoints, and over it what the person says. */
function hintsOf({ parts }: Filled['method'], values: Readonly<Record<string, string>>): OAuthHints {
  const part = parts.find(each => each.type === 'oauth2');
  const said = Object.fromEntries(
    (['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'deviceEndpoint'] as const).flatMap(name =>
      values[name] ? [[name, values[name]]] : [],
    ),
  );
  const resource = values.resource && URL.canParse(values.resource) ? { resource: values.resource } : {};
  return { ...(part?.type === 'oauth2' ? part.hints : {}), ...resource, ...said };
}

function viaOf({ server }: Discovered, { values }: Beginning): Flow['via'] {
  const { flow } = values;
  if (flow === 'code' || flow === 'device' || flow === 'client') return flow;
  if (flow !== undefined) {
    throw new FaultError('invalid_arguments', 'values.flow: one of code, device, client', { details: { path: '/values/flow' } });
  }
  if (server.authorization_endpoint) return 'code';
  return server.device_authorization_endpoint ? 'device' : 'client';
}

/** `auto`: where the resource says who it is, or is an MCP server, which must be told (MCP, "Resource Parameter Implementation"). */
function resourceFor({ resource }: Discovered, { source, values }: Beginning): string | undefined {
  const { resource: wanted = 'auto' } = values;
  if (wanted === 'off') return undefined;
  if (wanted !== 'auto' && wanted !== 'on') return wanted;
  if (resource !== undefined) return resource;
  const own = 'url' in source.origin && source.kind !== 'openapi' ? source.origin.url : (source.baseUrl ?? source.catalogued?.baseUrl);
  return wanted === 'on' || source.kind === 'mcp' ? own : undefined;
}

function grantOf(
  { server, isIssuerKnown }: Discovered,
  client: OAuthClient,
  more: Pick<Grant, 'via' | 'scopes'> & { resource: string | undefined },
): Grant {
  return {
    issuer: server.issuer,
    ...(!isIssuerKnown && { issuerUnknown: true }),
    clientId: client.id,
    client: client.how,
    tokenAuth: client.tokenAuth,
    tokenEndpoint: server.token_endpoint!,
    via: more.via,
    scopes: more.scopes,
    redirectUri: client.redirectUri,
    ...(server.authorization_endpoint && { authorizationEndpoint: server.authorization_endpoint }),
    ...(server.revocation_endpoint && { revocationEndpoint: server.revocation_endpoint }),
    ...(server.userinfo_endpoint && { userinfoEndpoint: server.userinfo_endpoint }),
    ...(server.device_authorization_endpoint && { deviceEndpoint: server.device_authorization_endpoint }),
    ...(server.authorization_response_iss_parameter_supported === true && { saysIssuer: true }),
    ...(more.resource !== undefined && { resource: more.resource }),
  };
}

/** The address a person opens (RFC 6749, section 4.1.1; RFC 7636; RFC 8707). */
function link(
  found: Discovered,
  client: OAuthClient,
  scopes: readonly string[],
  pkce: { challenge: string; state: string },
  options: Beginning,
): string {
  const url = new URL(found.server.authorization_endpoint!);
  const resource = resourceFor(found, options);
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    state: pkce.state,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(resource !== undefined && { resource }),
    // Without it, OpenID providers give no refresh token (OpenID Connect Core, section 11).
    ...(scopes.includes('offline_access') && { prompt: 'consent' }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Some servers forget clients, and tell it to the person's browser only: so the link is looked at first. */
async function isForgotten(url: string, guardedFetch: OAuthFetch): Promise<boolean> {
  try {
    const response = await guardedFetch(url, { headers: { accept: 'text/html,application/json' } });
    if (response.status < 400 || response.status >= 500) return false;
    return /invalid[_ ]client|unknown[_ ]client|client[_ ](not|id)|unauthorized_client|redirect[_ ]?uri/i.test(await response.text());
  } catch {
    // It may still take a browser.
    return false;
  }
}
