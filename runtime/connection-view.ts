import type { ConnectionState, ConnectionView, Flow } from '../machines/schema/connection.ts';
import type { KnownConnection } from './known-connections.ts';

/** The view of one connection. `link` opens the sealed address of a login that is open: for the owner's eyes. */
export function connectionView(
  { state, context }: Pick<KnownConnection, 'state' | 'context'>,
  { isDefault, link }: { isDefault: boolean; link: (flow: Flow | undefined) => string | undefined },
): ConnectionView {
  const { source, name, method, flow, identity, expiresAt, fault, grant, missing, createdAt, connectedAt, checkedAt } = context;
  const isOpen = state === 'authorizing' || (state === 'awaitingConsent' && flow?.via === 'device');
  const authorizeUrl = isOpen ? link(flow) : undefined;
  return {
    source,
    name,
    method: method.id,
    kind: method.kind,
    state: state as ConnectionState,
    default: isDefault,
    createdAt,
    ...(identity && { identity }),
    ...(expiresAt && { expiresAt }),
    ...(fault && { error: fault }),
    ...(authorizeUrl && { authorizeUrl }),
    ...(isOpen && flow && { linkExpiresAt: flow.expiresAt }),
    ...(isOpen && flow?.userCode && { userCode: flow.userCode }),
    ...(isOpen && flow?.verificationUri && { verificationUri: flow.verificationUri }),
    ...(grant && grant.scopes.length > 0 && { scopes: grant.scopes }),
    ...(grant && { issuer: grant.issuer }),
    ...(missing && missing.length > 0 && { missingScopes: missing }),
    ...(connectedAt && { connectedAt }),
    ...(checkedAt && { checkedAt }),
  };
}
