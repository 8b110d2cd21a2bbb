import type { AuthInfo, RequestId, ServerContext } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';

/** Hears which execution a request is about, as soon as that is known. */
export type About = (requestId: RequestId, executionId: string) => void;

/**
 * Hands a principal through the SDK to the handlers; the token never enters it. `again` is the execution of a request that was under way in an
 * earlier life of the daemon.
 */
export function authInfoOf(principal: Principal, about?: About, again?: string): AuthInfo {
  return { token: '', clientId: principal.id, scopes: [], extra: { principal, about, again } };
}

export const againIn = (authInfo: AuthInfo | undefined): string | undefined => authInfo?.extra?.again as string | undefined;

export const aboutIn = (authInfo: AuthInfo | undefined): About | undefined => authInfo?.extra?.about as About | undefined;

export const principalIn = (authInfo: AuthInfo | undefined): Principal => authInfo?.extra?.principal as Principal;

/** The principal that the door found, with what its client says of itself. */
export function principalOf(ctx: ServerContext, client: string | undefined): Principal {
  const principal = principalIn(ctx.http?.authInfo);
  return client === undefined ? principal : { ...principal, client: client.slice(0, 100) };
}
