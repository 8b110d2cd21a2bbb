import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';
import type { Principal } from '../../machines/schema/principal.ts';

/** Hands a principal through the SDK to the handlers; the token never enters it. */
export function authInfoOf(principal: Principal): AuthInfo {
  return { token: '', clientId: principal.id, scopes: [], extra: { principal } };
}

export const principalIn = (authInfo: AuthInfo | undefined): Principal => authInfo?.extra?.principal as Principal;

/** The principal that the door found, with what its client says of itself. */
export function principalOf(ctx: ServerContext, client: string | undefined): Principal {
  const principal = principalIn(ctx.http?.authInfo);
  return client === undefined ? principal : { ...principal, client: client.slice(0, 100) };
}
