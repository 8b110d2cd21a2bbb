import type { ConnectionContext } from '../../machines/schema/connection.ts';
import type { Store } from '../store.ts';
import type { Upstream } from '../upstream.ts';
import type { Vault } from '../vault.ts';
import { createClients } from './clients.ts';
import { createGrants } from './grants.ts';
import { createLogins } from './logins.ts';

/** All of OAuth. It is loaded when it is first needed: most starts need none of it. */
export function createOAuth(parts: {
  store: Store;
  upstream: Upstream;
  vault: Vault;
  /** Where a browser can be sent back to, the preferred address first. */
  redirects: () => string[];
  /** Where our client metadata document can be read by others, if anywhere. */
  clientDocument: () => string | undefined;
  /** Whether a source may reach private addresses; without one, whether all may. */
  allowPrivate: (source?: string) => boolean;
  secretOf: (context: ConnectionContext) => string | undefined;
  now: () => Date;
}) {
  const clients = createClients({ store: parts.store, vault: parts.vault, documentUrl: parts.clientDocument });
  const { begin } = createLogins({ ...parts, clients, allowPrivate: parts.allowPrivate() });
  return { begin, ...createGrants({ ...parts, clients }) };
}
export type OAuth = ReturnType<typeof createOAuth>;
