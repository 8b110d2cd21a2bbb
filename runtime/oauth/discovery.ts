import type { AuthorizationServer } from 'oauth4webapi';
import type { OAuthHints } from '../../machines/schema/auth.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import { checkScheme, type OAuthFetch } from './fetch.ts';
import { resourceMetadata } from './resource.ts';

/** The authorization server of a source, and what its resource says of itself. */
export interface Discovered {
  server: AuthorizationServer;
  /** False when the issuer was made up of an endpoint's origin: what a server says its issuer is cannot be checked then. */
  isIssuerKnown: boolean;
  /** The resource identifier, as the resource itself writes it. */
  resource?: string;
  resourceScopes?: string[];
}

type Metadata = AuthorizationServer & Record<string, unknown>;

export interface Discovering {
  guardedFetch: OAuthFetch;
  allowPrivate: boolean;
}

/**
 * Finds the authorization server: what a person or the description says, else the protected resource's metadata (RFC 9728), else what
 * stands at the resource's own origin (MCP 2025-03-26).
 * @throws FaultError login_required saying what is missing and how to give it
 */
export async function discover(hints: OAuthHints, how: Discovering): Promise<Discovered> {
  if (hints.openIdConnectUrl) return { server: await configuration(hints.openIdConnectUrl, how), isIssuerKnown: true };
  if (hints.authorizationEndpoint || hints.tokenEndpoint) return declared(hints, how);
  if (hints.issuer) return { server: await serverOf(hints.issuer, how), isIssuerKnown: true };
  if (!hints.resource) {
    throw new FaultError(
      'login_required',
      'nothing says where to log in; give the values "issuer", or "authorizationEndpoint" and "tokenEndpoint"',
    );
  }
  const resource = await resourceMetadata(hints.resource, hints.resourceMetadata, how);
  const [issuer] = resource?.authorization_servers ?? [];
  if (resource && issuer) {
    return {
      server: await serverOf(issuer, how),
      isIssuerKnown: true,
      resource: resource.resource,
      ...(resource.scopes_supported && { resourceScopes: resource.scopes_supported }),
    };
  }
  return { ...(await atOrigin(hints.resource, how)), resource: resource?.resource ?? hints.resource };
}

/** Endpoints that were given. Their server's metadata adds what they leave out, when it is of the same endpoints. */
async function declared(hints: OAuthHints, how: Discovering): Promise<Discovered> {
  const { authorizationEndpoint, tokenEndpoint, deviceEndpoint } = hints;
  const own = {
    ...(authorizationEndpoint && { authorization_endpoint: authorizationEndpoint }),
    ...(tokenEndpoint && { token_endpoint: tokenEndpoint }),
    ...(deviceEndpoint && { device_authorization_endpoint: deviceEndpoint }),
  };
  const issuer = hints.issuer ?? new URL((tokenEndpoint ?? authorizationEndpoint)!).origin;
  const found = await metadataOf(issuer, how).catch(() => undefined);
  const isSame = found && (found.token_endpoint === tokenEndpoint || found.authorization_endpoint === authorizationEndpoint);
  if (isSame) return { server: { ...found, ...own }, isIssuerKnown: true };
  return { server: { issuer, ...own }, isIssuerKnown: hints.issuer !== undefined };
}

/** The 2025-03-26 way: metadata at the resource's origin, else endpoints of fixed names. */
async function atOrigin(resource: string, how: Discovering): Promise<Discovered> {
  const { origin } = new URL(resource);
  const found = await metadataOf(origin, how, { anyIssuer: true });
  if (found) return { server: found, isIssuerKnown: true };
  const server = {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
  };
  return { server, isIssuerKnown: false };
}

/** @throws FaultError login_required when no form of its metadata is there */
async function serverOf(issuer: string, how: Discovering): Promise<AuthorizationServer> {
  const found = await metadataOf(issuer, how);
  if (found) return found;
  throw new FaultError(
    'login_required',
    `the authorization server ${issuer} publishes no metadata; give its "authorizationEndpoint" and "tokenEndpoint"`,
  );
}

/** Where the metadata of an issuer may be: RFC 8414 (inserted), OpenID Connect Discovery (inserted and appended), RFC 8414 appended by mistake. */
export function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/+$/, '');
  if (path === '') return [`${origin}/.well-known/oauth-authorization-server`, `${origin}/.well-known/openid-configuration`];
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}${path}/.well-known/oauth-authorization-server`,
  ];
}

/**
 * The first metadata document of an issuer that is there; undefined when there is none.
 * @throws FaultError when one is there but is of another issuer (RFC 8414, section 3.3), or the server does not answer
 */
async function metadataOf(issuer: string, how: Discovering, { anyIssuer = false } = {}): Promise<AuthorizationServer | undefined> {
  checkScheme(issuer, 'issuer', how.allowPrivate);
  for (const url of metadataUrls(issuer)) {
    const metadata = await readJson(url, how);
    if (!metadata) continue;
    const said = String(metadata.issuer ?? '');
    if (!anyIssuer && slashless(said) !== slashless(issuer)) {
      throw new FaultError('login_required', `${url} is of the issuer ${said || '(none)'}, not of ${issuer}: it is not trusted`);
    }
    return absolute({ ...metadata, issuer: said || issuer } as Metadata, url);
  }
  return undefined;
}

/** Servers differ about a slash at the end, and mean the same. */
const slashless = (issuer: string): string => issuer.replace(/\/$/, '');

async function configuration(url: string, how: Discovering): Promise<AuthorizationServer> {
  checkScheme(url, 'OpenID configuration', how.allowPrivate);
  const metadata = await readJson(url, how);
  if (metadata && typeof metadata.issuer === 'string') return absolute(metadata as Metadata, url);
  throw new FaultError('login_required', `${url} is no OpenID configuration`);
}

/** A JSON object at an address; undefined when there is none. */
export async function readJson(
  url: string,
  { guardedFetch }: Pick<Discovering, 'guardedFetch'>,
): Promise<Record<string, unknown> | undefined> {
  const response = await guardedFetch(url, { headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' } });
  if (response.status >= 500) throw new FaultError('upstream_unreachable', `${url} answered ${response.status}; try again later`);
  if (response.status !== 200) return undefined;
  try {
    const body: unknown = JSON.parse(await response.text());
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : undefined;
  } catch {
    // A page for people where a document was expected.
    return undefined;
  }
}

/** Endpoints may be relative, though they should not: to the issuer, or where that is none, to the document. */
function absolute(metadata: Metadata, url: string): AuthorizationServer {
  const base = URL.canParse(metadata.issuer) ? metadata.issuer : url;
  const entries = Object.entries(metadata).map(([name, value]) => {
    const isEndpoint = typeof value === 'string' && (name.endsWith('_endpoint') || name === 'jwks_uri');
    return [name, isEndpoint && !URL.canParse(value) && URL.canParse(value, base) ? new URL(value, base).href : value];
  });
  return Object.fromEntries(entries) as AuthorizationServer;
}
