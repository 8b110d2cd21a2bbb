import { setTimeout as sleep } from 'node:timers/promises';
import {
  authorizationCodeGrantRequest,
  clientCredentialsGrantRequest,
  processAuthorizationCodeResponse,
  processClientCredentialsResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { Obtained, Renewed } from '../../machines/connection.ts';
import type { ConnectionContext, Grant } from '../../machines/schema/connection.ts';
import { FaultError, toFault } from '../../machines/schema/fault.ts';
import type { Grants } from '../connection-logic.ts';
import { createRedactor } from '../redact.ts';
import type { Upstream } from '../upstream.ts';
import type { Vault } from '../vault.ts';
import type { Clients } from './clients.ts';
import { pollDevice } from './device.ts';
import { explain, isTransient, oauthErrorOf } from './failure.ts';
import { oauthFetch } from './fetch.ts';
import { lenientTokens } from './lenient.ts';
import { libraryOptions } from './library.ts';
import type { SealedFlow } from './links.ts';
import { authOf, identityOf, obtainedOf, resourceOf, type SealedGrant, serverOf } from './tokens.ts';

/** A refresh that does not come through is tried again after these pauses, then left for later. */
const PAUSES_MS = [250, 1_000];
const LATER_MS = 60_000;
/** Telling the server that a token is no longer needed may take so long; removing goes on without it. */
const REVOKE_MS = 5_000;

/** Getting, renewing and giving back tokens. */
export function createGrants(parts: {
  upstream: Upstream;
  clients: Clients;
  vault: Vault;
  allowPrivate: (source: string) => boolean;
  /** The handle of a connection's secret as it is now. */
  secretOf: (context: ConnectionContext) => string | undefined;
  now: () => Date;
}): Grants & { revoke(context: ConnectionContext): Promise<void> } {
  const { upstream, clients, vault, allowPrivate, secretOf, now } = parts;

  function sending(source: string, signal: AbortSignal | undefined, onIdToken?: (token: string) => void) {
    const isPrivate = allowPrivate(source);
    const guardedFetch = lenientTokens(oauthFetch(upstream, { allowPrivate: isPrivate, signal }), onIdToken);
    return { guardedFetch, allowPrivate: isPrivate, options: libraryOptions(guardedFetch, isPrivate) };
  }

  async function obtain(context: ConnectionContext, signal: AbortSignal): Promise<Obtained> {
    const flow = context.flow!;
    const sealed = vault.open<SealedFlow>(flow.secret);
    let idToken: string | undefined;
    const how = sending(context.source, signal, token => {
      idToken = token;
    });
    try {
      const answer =
        flow.via === 'device'
          ? await pollDevice(flow, sealed, { ...how, signal, now })
          : flow.via === 'client'
            ? await asClient(flow.grant, sealed, how.options)
            : await redeem(flow.grant, sealed, how.options);
      const before = { values: sealed.values, client: sealed.client };
      return obtainedOf(answer, { grant: flow.grant, before, vault, now: now(), identity: identityOf(idToken) });
    } catch (error) {
      if (oauthErrorOf(error) === 'invalid_client' && flow.grant.client === 'registered') {
        await clients.forget(flow.grant.issuer, flow.grant.redirectUri ?? '');
        throw new FaultError(
          'login_required',
          'the authorization server no longer knew us; we register again when you start the login again',
          {
            details: { reason: 'invalid_client' },
          },
        );
      }
      throw redacted(explain(error), sealed);
    }
  }

  async function redeem(
    grant: Grant,
    { state, verifier, query, client: secrets }: SealedFlow,
    options: ReturnType<typeof libraryOptions>,
  ): Promise<TokenEndpointResponse> {
    const server = serverOf(grant);
    const client = { client_id: grant.clientId };
    const said = new URLSearchParams(query);
    // A server whose issuer is not known cannot be told apart by it.
    if (grant.issuerUnknown) said.delete('iss');
    const parameters = validateAuthResponse(server, client, said, state!);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      await authOf(grant, secrets),
      parameters,
      grant.redirectUri!,
      verifier!,
      {
        ...options,
        additionalParameters: resourceOf(grant),
      },
    );
    return processAuthorizationCodeResponse(server, client, response);
  }

  async function asClient(
    grant: Grant,
    { client: secrets }: Pick<SealedGrant, 'client'>,
    options: ReturnType<typeof libraryOptions>,
  ): Promise<TokenEndpointResponse> {
    const server = serverOf(grant);
    const client = { client_id: grant.clientId };
    const parameters = { ...(grant.scopes.length > 0 && { scope: grant.scopes.join(' ') }), ...resourceOf(grant) };
    return processClientCredentialsResponse(
      server,
      client,
      await clientCredentialsGrantRequest(server, client, await authOf(grant, secrets), parameters, options),
    );
  }

  async function once(grant: Grant, sealed: SealedGrant, options: ReturnType<typeof libraryOptions>): Promise<TokenEndpointResponse> {
    if (grant.via === 'client') return asClient(grant, sealed, options);
    const server = { ...serverOf(grant), token_endpoint: grant.refreshEndpoint ?? grant.tokenEndpoint };
    const client = { client_id: grant.clientId };
    const response = await refreshTokenGrantRequest(server, client, await authOf(grant, sealed.client), sealed.token?.refresh ?? '', {
      ...options,
      additionalParameters: resourceOf(grant),
    });
    return processRefreshTokenResponse(server, client, response);
  }

  /** The server is asked until it says something; a token that was renewed meanwhile is tried before the grant is given up. */
  async function renew(context: ConnectionContext, signal: AbortSignal): Promise<Renewed> {
    const grant = context.grant!;
    const { options } = sending(context.source, signal);
    let sealed = vault.open<SealedGrant>(context.secret!);
    let hasReread = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await once(grant, sealed, options);
        return {
          obtained: {
            ...obtainedOf(answer, { grant, before: sealed, vault, now: now() }),
            ...(context.identity && { identity: context.identity }),
          },
        };
      } catch (error) {
        if (isTransient(error)) {
          const pause = PAUSES_MS[attempt];
          if (pause === undefined)
            return { kept: toFault(redacted(explain(error), sealed)), refreshAt: new Date(now().getTime() + LATER_MS).toISOString() };
          await sleep(pause, undefined, { signal });
          continue;
        }
        const newer = hasReread ? undefined : rereading(context, sealed);
        hasReread = true;
        if (oauthErrorOf(error) === 'invalid_grant' && newer) {
          sealed = newer;
          continue;
        }
        if (oauthErrorOf(error) === 'invalid_client' && grant.client === 'registered')
          await clients.forget(grant.issuer, grant.redirectUri ?? '');
        throw redacted(explain(error), sealed);
      }
    }
  }

  function rereading(context: ConnectionContext, sealed: SealedGrant): SealedGrant | undefined {
    const handle = secretOf(context);
    const stored = handle === undefined ? undefined : vault.open<SealedGrant>(handle);
    return stored?.token?.refresh !== sealed.token?.refresh ? stored : undefined;
  }

  async function revoke({ grant, secret, source }: ConnectionContext): Promise<void> {
    if (!grant?.revocationEndpoint || secret === undefined) return;
    const sealed = vault.open<SealedGrant>(secret);
    const { options } = sending(source, AbortSignal.timeout(REVOKE_MS));
    const token = sealed.token?.refresh ?? sealed.token?.access;
    if (token === undefined) return;
    try {
      const auth = await authOf(grant, sealed.client);
      await processRevocationResponse(await revocationRequest(serverOf(grant), { client_id: grant.clientId }, auth, token, options));
    } catch {
      // The credential is deleted here in any case; a server that does not answer must not keep it alive.
    }
  }

  return { obtain, renew, revoke };
}

/** Servers say back what they were sent; what is kept of it has no secret in it. */
function redacted(fault: FaultError, sealed: Partial<SealedFlow & SealedGrant>): FaultError {
  const { values = {}, client = {}, token, state, verifier, deviceCode } = sealed;
  const secrets = [...Object.values(values), client.secret, client.privateKey, token?.access, token?.refresh, state, verifier, deviceCode];
  const clean = createRedactor(secrets.filter(secret => secret !== undefined)).fault(toFault(fault));
  return new FaultError(clean.code, clean.message, clean.details ? { details: clean.details } : {});
}
