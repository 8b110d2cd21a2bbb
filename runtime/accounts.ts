import { FaultError } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import type { Published } from './actor.ts';
import { createReferences } from './auth/references.ts';
import { createAwaitedLogins } from './awaited-logins.ts';
import type { CheckAccount } from './check-account.ts';
import { createConnectionLogic } from './connection-logic.ts';
import { createConnections } from './connections.ts';
import { createCredentials, sessionCredential } from './credentials.ts';
import type { Credential } from './kinds/calling.ts';
import type { Access } from './kinds/kind.ts';
import { connectionId, createKnownConnections, type KnownConnection } from './known-connections.ts';
import type { KnownSources } from './known-sources.ts';
import { createLinks } from './oauth/links.ts';
import type { OAuth } from './oauth/oauth.ts';
import { redirectsOf } from './oauth/redirects.ts';
import type { Registry } from './registry.ts';
import type { Secrets } from './secrets.ts';
import { createStaticCredential } from './static-credential.ts';
import type { Store } from './store.ts';
import type { Upstream } from './upstream.ts';
import { createVault } from './vault.ts';
import { createWaiters } from './waiting.ts';

/** A refresh that somebody waits for takes at most this long. */
const REFRESH_SECONDS = 90;

/** All that connections are made of: what is known of them, their logic, their credentials, and whoever waits for a login. */
export function createAccounts(parts: {
  store: Store;
  upstream: Upstream;
  secrets: Secrets;
  sources: KnownSources;
  headersOf: (source: SourceContext) => Record<string, string> | undefined;
  envOf: (source: SourceContext) => Record<string, string> | undefined;
  registry: () => Registry;
  allowPrivate: boolean;
  base: () => string;
  local: () => string;
  now: () => Date;
  log: (line: string) => void;
}) {
  const { store, upstream, secrets, sources, headersOf, envOf, registry, base, local, now, log } = parts;
  const known = createKnownConnections();
  const vault = createVault(store, secrets);
  const waiters = createWaiters<KnownConnection>();
  const links = createLinks({ vault, now });
  const awaited = createAwaitedLogins({ store, registry, known, sources, log });
  let loaded: Promise<OAuth> | undefined;

  const oauth = () => {
    loaded ??= import('./oauth/oauth.ts').then(({ createOAuth }) =>
      createOAuth({
        store,
        upstream,
        vault,
        now,
        redirects: () => redirectsOf(base(), local()),
        clientDocument: () =>
          process.env.EXECUTOR_CLIENT_ID_URL || (base().startsWith('https:') ? `${base()}/oauth/client.json` : undefined),
        allowPrivate: source => parts.allowPrivate || (source !== undefined && sources.context(source)?.allowPrivate === true),
        secretOf: ({ source, name }) => registry().current('connection', connectionId(source, name))?.context.secret,
      }),
    );
    return loaded;
  };

  const credentialOf = createStaticCredential(headersOf, envOf);

  const logic = createConnectionLogic({
    vault,
    grants: {
      obtain: async (context, signal) => (await oauth()).obtain(context, signal),
      renew: async (context, signal) => (await oauth()).renew(context, signal),
    },
  });

  const storedSince = (id: string, seq: number, fits: (connection: KnownConnection) => boolean = () => true) =>
    waiters.until(
      id,
      () => known.get(id),
      connection => connection.seq >= seq && fits(connection),
      { seconds: REFRESH_SECONDS },
    );

  /** One refresh for everybody: whoever comes while one is under way, or not yet stored, waits for that one. */
  async function refresh(id: string): Promise<KnownConnection | undefined> {
    const newest = registry().current('connection', id);
    if (!newest) return undefined;
    if (newest.state === 'connected' && newest.context.secret !== known.get(id)?.context.secret) return storedSince(id, newest.seq);
    const sent = registry().send('connection', id, { type: 'refresh' });
    return sent && storedSince(id, sent.seq, ({ state }) => state !== 'refreshing');
  }

  const credentials = createCredentials({
    known,
    vault,
    references: createReferences(),
    headersOf,
    envOf,
    refresh,
    async reject(id, message, missing) {
      const fault = { code: 'login_required' as const, message };
      const sent = registry().send('connection', id, { type: 'reject', fault, ...(missing && { missing }) } as never);
      if (sent) await storedSince(id, sent.seq);
    },
    challenged({ namespace, origin, challenge: known }, { scopes, resourceMetadata }) {
      if (!resourceMetadata || known?.resourceMetadata === resourceMetadata) return;
      const challenge = {
        ...('url' in origin && { resource: origin.url }),
        resourceMetadata,
        ...(scopes && { wanted: scopes }),
      };
      registry().send('source', namespace, { type: 'challenged', challenge } as never);
    },
    now,
  });

  return {
    known,
    vault,
    logic,
    credentials,

    open: (check: CheckAccount) =>
      createConnections({ store, registry: registry(), known, sources, vault, links, oauth, waiters, check, resumed: awaited.settled }),

    /** As whom a command is started to describe itself: like a call, or, where that does not work, with what it was given when it was added. */
    async commandCredential(source: SourceContext): Promise<Credential> {
      try {
        return sessionCredential(await credentials.of(source));
      } catch (error) {
        if (error instanceof FaultError && error.code === 'login_required') return credentialOf(source);
        throw error;
      }
    },

    /** What joins a fetch of a source's description: its credential, or, where that does not work, its static headers alone. */
    async accessOf(source: SourceContext): Promise<Access> {
      try {
        const held = await credentials.of(source);
        const { id, headers } = sessionCredential(held);
        return { headers: headers(), credential: id, secrets: held.secrets };
      } catch (error) {
        if (error instanceof FaultError && (error.code === 'login_required' || error.code === 'upstream_unreachable')) {
          const { headers, secrets } = credentialOf(source);
          return { headers: headers(), secrets };
        }
        throw error;
      }
    },

    /** Hears of every stored change; gives the deadline it sets. */
    follow(published: Extract<Published, { kind: 'connection' }>): string | undefined {
      known.follow(published);
      waiters.notify(published.id, published);
      awaited.follow(published);
      const { state, context } = published;
      return state === 'authorizing'
        ? context.flow?.expiresAt
        : state === 'connected' && context.canRefresh
          ? context.refreshAt
          : undefined;
    },

    /** A deadline has come: a link has ended, or a token is to be renewed ahead of its end. A start contacts nobody. */
    due(id: string, isSettled: boolean): boolean {
      const isLink = registry().current('connection', id)?.state === 'authorizing';
      if (!isLink && !isSettled) return false;
      registry().send('connection', id, { type: isLink ? 'expire' : 'refresh' });
      return true;
    },

    catchUp: awaited.catchUp,
  };
}
