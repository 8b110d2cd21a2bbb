import type { AuthorizationServer, ClientAuth, TokenEndpointResponse } from 'oauth4webapi';
import type { Obtained } from '../../machines/connection.ts';
import type { Grant } from '../../machines/schema/connection.ts';
import type { SealedCredential } from '../credentials.ts';
import type { Vault } from '../vault.ts';
import { type ClientSecrets, clientAuth } from './client-auth.ts';
import { labelOf } from './label.ts';

/** What is sealed of an OAuth connection besides its token. */
export interface SealedGrant extends SealedCredential {
  client?: ClientSecrets;
}

/** A token lasts until then; it is renewed when between 70 and 80 % of that have passed, so that not everything is renewed at once. */
export function lifetimeOf(seconds: number | undefined, now: Date): { expiresAt?: string; refreshAt?: string } {
  if (seconds === undefined) return {};
  const at = (share: number) => new Date(now.getTime() + seconds * 1000 * share).toISOString();
  return { expiresAt: at(1), refreshAt: at(0.7 + Math.random() * 0.1) };
}

/** A token answer as a credential, sealed and held until its transition is stored. */
export function obtainedOf(
  answer: TokenEndpointResponse,
  options: { grant: Grant; before: SealedGrant; vault: Vault; now: Date; identity?: string | undefined },
): Obtained {
  const { grant, before, vault, now, identity } = options;
  const refresh = answer.refresh_token ?? before.token?.refresh;
  const sealed: SealedGrant = {
    values: before.values,
    token: { type: answer.token_type, access: answer.access_token, ...(refresh !== undefined && { refresh }) },
    ...(before.client && { client: before.client }),
  };
  const granted = typeof answer.scope === 'string' ? answer.scope.split(/[\s,]+/).filter(Boolean) : grant.scopes;
  return {
    secret: vault.hold(sealed),
    grant: { ...grant, scopes: granted },
    canRefresh: refresh !== undefined || grant.via === 'client',
    ...lifetimeOf(typeof answer.expires_in === 'number' ? answer.expires_in : undefined, now),
    ...(identity !== undefined && { identity }),
  };
}

/** The server of a grant, as far as it is needed to go on with it. */
export const serverOf = (grant: Grant): AuthorizationServer => ({
  issuer: grant.issuer,
  token_endpoint: grant.tokenEndpoint,
  ...(grant.authorizationEndpoint && { authorization_endpoint: grant.authorizationEndpoint }),
  ...(grant.revocationEndpoint && { revocation_endpoint: grant.revocationEndpoint }),
  ...(grant.userinfoEndpoint && { userinfo_endpoint: grant.userinfoEndpoint }),
  ...(grant.deviceEndpoint && { device_authorization_endpoint: grant.deviceEndpoint }),
  ...(grant.saysIssuer && { authorization_response_iss_parameter_supported: true }),
});

export const authOf = (grant: Grant, secrets: ClientSecrets = {}): Promise<ClientAuth> => clientAuth(grant.tokenAuth, secrets);

/** The resource indicator as a parameter (RFC 8707). */
export const resourceOf = ({ resource }: Grant): Record<string, string> => (resource === undefined ? {} : { resource });

/**
 * A name for whose account it is, out of an ID token. It came over TLS from the token endpoint itself, and is shown only; nothing is
 * decided by it.
 */
export function identityOf(idToken: string | undefined): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return labelOf(claims);
  } catch {
    // Some servers send something else by this name.
    return undefined;
  }
}
