import { setTimeout as sleep } from 'node:timers/promises';
import {
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { Flow, Grant } from '../../machines/schema/connection.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { Vault } from '../vault.ts';
import { isTransient, oauthErrorOf } from './failure.ts';
import { checkScheme, type OAuthFetch } from './fetch.ts';
import { libraryOptions } from './library.ts';
import type { SealedFlow } from './links.ts';
import { authOf, resourceOf, serverOf } from './tokens.ts';

/** Asks for a device code (RFC 8628, section 3.1). */
export async function deviceFlow(
  grant: Grant,
  sealed: SealedFlow,
  { guardedFetch, allowPrivate, vault, now }: { guardedFetch: OAuthFetch; allowPrivate: boolean; vault: Vault; now: Date },
): Promise<Flow> {
  if (!grant.deviceEndpoint) throw new FaultError('login_required', `${grant.issuer} offers no login by device code`);
  checkScheme(grant.deviceEndpoint, 'device authorization endpoint', allowPrivate);
  const client = { client_id: grant.clientId };
  const parameters = { ...(grant.scopes.length > 0 && { scope: grant.scopes.join(' ') }), ...resourceOf(grant) };
  const server = serverOf(grant);
  const response = await deviceAuthorizationRequest(
    server,
    client,
    await authOf(grant, sealed.client),
    parameters,
    libraryOptions(guardedFetch, allowPrivate),
  );
  const answer = await processDeviceAuthorizationResponse(server, client, response);
  const secret = {
    ...sealed,
    deviceCode: answer.device_code,
    interval: answer.interval ?? 5,
    link: answer.verification_uri_complete ?? answer.verification_uri,
  };
  return {
    via: 'device',
    grant,
    secret: vault.hold(secret satisfies SealedFlow),
    userCode: answer.user_code,
    verificationUri: answer.verification_uri,
    startedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + answer.expires_in * 1000).toISOString(),
  };
}

/**
 * Asks again and again whether the person has agreed (RFC 8628, section 3.4).
 * @throws FaultError login_required when the code has ended
 */
export async function pollDevice(
  flow: Flow,
  sealed: SealedFlow,
  { guardedFetch, allowPrivate, signal, now }: { guardedFetch: OAuthFetch; allowPrivate: boolean; signal: AbortSignal; now: () => Date },
): Promise<TokenEndpointResponse> {
  const { grant } = flow;
  const server = serverOf(grant);
  const client = { client_id: grant.clientId };
  let interval = sealed.interval ?? 5;
  while (now().toISOString() < flow.expiresAt) {
    await sleep(interval * 1000, undefined, { signal });
    try {
      const response = await deviceCodeGrantRequest(server, client, await authOf(grant, sealed.client), sealed.deviceCode!, {
        ...libraryOptions(guardedFetch, allowPrivate, signal),
        additionalParameters: resourceOf(grant),
      });
      return await processDeviceCodeResponse(server, client, response);
    } catch (error) {
      const code = oauthErrorOf(error);
      if (code === 'slow_down') interval += 5;
      else if (code !== 'authorization_pending' && !isTransient(error)) throw error;
    }
  }
  throw new FaultError('login_required', 'the code was not entered in time; start the login again', { details: { reason: 'expired' } });
}
