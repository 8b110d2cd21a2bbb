import { type AuthorizationServer, dynamicClientRegistrationRequest, processDynamicClientRegistrationResponse } from 'oauth4webapi';
import { FaultError } from '../../machines/schema/fault.ts';
import { canonical } from '../canonical.ts';
import type { Op, Store } from '../store.ts';
import type { Vault } from '../vault.ts';
import { type ClientSecrets, type TokenAuth, tokenAuthOf } from './client-auth.ts';
import { explain } from './failure.ts';
import type { OAuthFetch } from './fetch.ts';
import { lenientRegistration } from './lenient.ts';
import { libraryOptions } from './library.ts';

/** The client we are at one authorization server. */
export interface OAuthClient {
  id: string;
  how: 'manual' | 'document' | 'registered';
  tokenAuth: TokenAuth;
  secrets: ClientSecrets;
  redirectUri: string;
}

export interface Choosing {
  server: AuthorizationServer;
  values: Readonly<Record<string, string>>;
  /** Redirect addresses in the order in which they are tried. */
  redirects: readonly string[];
  scopes: readonly string[];
  guardedFetch: OAuthFetch;
  allowPrivate: boolean;
  /** The server was shown our metadata document, and did not take it: it may not be able to reach us. */
  refusesDocument?: boolean;
}

/**
 * Which client we are: the one a person gave, our metadata document, one registered before, or a new registration. There is one
 * registration for each issuer and redirect address; one that may not ask for what is wanted now is replaced.
 */
export function createClients({ store, vault, documentUrl }: { store: Store; vault: Vault; documentUrl: () => string | undefined }) {
  const keyOf = (issuer: string, redirect: string) => canonical([issuer, redirect]);

  function stored({ server, redirects, scopes }: Choosing): OAuthClient | undefined {
    for (const redirectUri of redirects) {
      const found = store.registration.getSync(keyOf(server.issuer, redirectUri));
      if (!found || !scopes.every(scope => found.scopes?.includes(scope) ?? true)) continue;
      const secrets = found.secret === undefined ? {} : { secret: vault.open<string>(found.secret) };
      return { id: found.clientId, how: 'registered', tokenAuth: found.tokenAuth as TokenAuth, secrets, redirectUri };
    }
    return undefined;
  }

  async function register(choosing: Choosing): Promise<OAuthClient> {
    const { redirects } = choosing;
    let refusal: unknown;
    for (const redirectUri of redirects) {
      try {
        return await registerAt(choosing, redirectUri);
      } catch (error) {
        // Some servers take only an address of this machine: that one is tried next.
        refusal = error;
      }
    }
    throw refusal;
  }

  async function registerAt({ server, scopes, guardedFetch, allowPrivate }: Choosing, redirectUri: string): Promise<OAuthClient> {
    const isLocal = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(redirectUri).hostname);
    const taken = server.token_endpoint_auth_methods_supported;
    const metadata = {
      client_name: 'executor',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: isLocal ? 'native' : 'web',
      token_endpoint_auth_method:
        !taken || taken.includes('none') ? 'none' : taken.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post',
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
    const response = await dynamicClientRegistrationRequest(server, metadata, libraryOptions(guardedFetch, allowPrivate));
    const client = await processDynamicClientRegistrationResponse(await lenientRegistration(response));
    const secret = typeof client.client_secret === 'string' && client.client_secret !== '' ? client.client_secret : undefined;
    const said = typeof client.token_endpoint_auth_method === 'string' ? client.token_endpoint_auth_method : undefined;
    const tokenAuth = tokenAuthOf(
      server,
      secret === undefined ? {} : { secret },
      secret === undefined && said !== 'none' ? undefined : said,
    );
    const handle = secret === undefined ? undefined : vault.hold(secret);
    const registeredAt = new Date().toISOString();
    const limits = typeof client.scope === 'string' ? { scopes: client.scope.split(' ') } : {};
    const row = { clientId: client.client_id, tokenAuth, registeredAt, ...limits, ...(handle && { secret: handle }) };
    const before = store.registration.getSync(keyOf(server.issuer, redirectUri));
    await store.write(
      [...vault.drop(before?.secret), ...vault.take(handle), store.put(store.registration, keyOf(server.issuer, redirectUri), row)],
      { sync: true },
    );
    return { id: client.client_id, how: 'registered', tokenAuth, secrets: secret === undefined ? {} : { secret }, redirectUri };
  }

  function manual({ server, values, redirects }: Choosing, id: string): OAuthClient {
    const { clientSecret: secret, privateKey, keyId, redirectUri } = values;
    const secrets = { ...(secret && { secret }), ...(privateKey && { privateKey }), ...(keyId && { keyId }) };
    return {
      id,
      how: 'manual',
      tokenAuth: tokenAuthOf(server, secrets, values.tokenAuth),
      secrets,
      redirectUri: redirectUri ?? redirects[0]!,
    };
  }

  return {
    /** @throws FaultError login_required when there is no way to become a client but by hand */
    async choose(choosing: Choosing): Promise<OAuthClient> {
      const { server, values, redirects, refusesDocument = false } = choosing;
      if (values.clientId) return manual(choosing, values.clientId);
      const document = documentUrl();
      if (document !== undefined && !refusesDocument && server.client_id_metadata_document_supported === true) {
        return { id: document, how: 'document', tokenAuth: 'none', secrets: {}, redirectUri: redirects[0]! };
      }
      const known = stored(choosing);
      if (known) return known;
      if (server.registration_endpoint) {
        try {
          return await register(choosing);
        } catch (error) {
          throw byHand(server, redirects[0]!, `it did not register us: ${explain(error).message}`, error);
        }
      }
      throw byHand(server, redirects[0]!, 'it lets no client register itself');
    },

    /** Forgets a registration that its server forgot. */
    async forget(issuer: string, redirectUri: string): Promise<void> {
      const key = keyOf(issuer, redirectUri);
      const found = store.registration.getSync(key);
      const ops: Op[] = found ? [...vault.drop(found.secret), store.del(store.registration, key)] : [];
      if (ops.length > 0) await store.write(ops, { sync: true });
    },
  };
}
export type Clients = ReturnType<typeof createClients>;

const byHand = ({ issuer }: AuthorizationServer, redirect: string, why: string, cause?: unknown) =>
  new FaultError(
    'login_required',
    `${issuer} needs a client of your own: ${why}. Create one there with the redirect address ${redirect}, then connect with its clientId (and clientSecret)`,
    { details: { reason: 'client_needed', redirectUri: redirect, issuer }, ...(cause !== undefined && { cause }) },
  );
