import type { AuthMethod } from '../machines/schema/auth.ts';
import type { ConnectionContext, ConnectionInput, ConnectionView, Flow } from '../machines/schema/connection.ts';
import { FaultError } from '../machines/schema/fault.ts';
import { chooseMethod } from './auth/methods.ts';
import { type Filled, fillIn } from './auth/values.ts';
import type { CheckAccount } from './check-account.ts';
import { connectionView } from './connection-view.ts';
import { isUsable, type SealedCredential } from './credentials.ts';
import { connectionId, type KnownConnection, type KnownConnections } from './known-connections.ts';
import type { KnownSource, KnownSources } from './known-sources.ts';
import type { Links } from './oauth/links.ts';
import type { OAuth } from './oauth/oauth.ts';
import type { Registry } from './registry.ts';
import type { Runtime, Waiting } from './runtime.ts';
import type { Op, Store } from './store.ts';
import type { Vault } from './vault.ts';
import type { Waiters } from './waiting.ts';

/** Connecting and disconnecting accounts: a person's own acts. */
export function createConnections(parts: {
  store: Store;
  registry: Registry;
  known: KnownConnections;
  sources: KnownSources;
  vault: Vault;
  links: Links;
  oauth: () => Promise<OAuth>;
  /** Resolves when what waited for a connection goes on. */
  resumed: (id: string) => Promise<void>;
  waiters: Waiters<KnownConnection>;
  check: CheckAccount;
}): Runtime['connections'] & { removeAll(source: string): Promise<void>; clean(): Promise<void> } {
  const { store, registry, known, sources, vault, links, oauth, waiters, resumed } = parts;
  const checks = new Map<string, Promise<void>>();

  const view = (connection: KnownConnection): ConnectionView =>
    connectionView(connection, { isDefault: known.default(connection.context.source)?.id === connection.id, link: links.link });

  function sourceOf(namespace: string): KnownSource {
    const source = sources.get(namespace);
    if (source && source.state !== 'removed') return source;
    throw new FaultError('source_not_found', `there is no source ${namespace}`, {
      details: { sources: sources.all().flatMap(({ id, state }) => (state === 'removed' ? [] : [id])) },
    });
  }

  function present(source: string, name: string): KnownConnection {
    const connection = known.get(connectionId(source, name));
    if (connection) return connection;
    const names = known.of(source).map(({ id }) => id);
    throw new FaultError('source_not_found', `there is no connection ${connectionId(source, name)}`, { details: { connections: names } });
  }

  async function stored(id: string, seq: number): Promise<KnownConnection> {
    const found = await waiters.until(
      id,
      () => known.get(id),
      connection => connection.seq >= seq,
    );
    if (!found) throw new FaultError('internal', 'the state could not be stored');
    return found;
  }

  /** Sends the first or the next event of a connection; what it replaces is deleted in the same batch. */
  async function change(
    { source, name, isDefault, method }: Pick<ConnectionContext, 'source' | 'name' | 'isDefault' | 'method'>,
    event: { type: 'connect'; method: AuthMethod; obtained: { secret?: string } } | { type: 'authorize'; method: AuthMethod; flow: Flow },
  ): Promise<KnownConnection> {
    const id = connectionId(source, name);
    const existing = registry.current('connection', id);
    if (!existing) registry.spawn('connection', id, { source, name, isDefault, method });
    const replaced: Op[] = [
      ...vault.drop(existing?.context.flow?.secret),
      ...(event.type === 'connect' ? vault.drop(existing?.context.secret) : []),
    ];
    const fresh = event.type === 'connect' ? event.obtained.secret : event.flow.secret;
    const sent = registry.send('connection', id, event as never, [...replaced, ...vault.take(fresh)]);
    return stored(id, sent!.seq);
  }

  async function prefer(connection: KnownConnection): Promise<void> {
    for (const other of known.of(connection.context.source)) {
      const isDefault = other.id === connection.id;
      if (other.context.isDefault === isDefault) continue;
      const sent = registry.send('connection', other.id, { type: 'prefer', isDefault } as never);
      await stored(other.id, sent!.seq);
    }
  }

  async function connect(input: ConnectionInput): Promise<ConnectionView> {
    const { context: source } = sourceOf(input.source);
    const name = input.name ?? 'default';
    const existing = known.get(connectionId(source.namespace, name));
    // Without a method, a connection that is there is connected anew the way it was.
    const method = input.method === undefined && existing ? existing.context.method : chooseMethod(source, input.method);
    const filled = fillIn(method, input.values);
    const identity = { source: source.namespace, name, isDefault: known.of(source.namespace).length === 0, method: filled.method };
    const connection = method.parts.some(part => part.type === 'oauth2')
      ? await logIn(identity, filled, input.scopes, existing)
      : await change(identity, { type: 'connect', method: filled.method, obtained: keep(filled) });
    if (input.default) await prefer(connection);
    await resumed(connection.id);
    return view(known.get(connection.id) ?? connection);
  }

  function keep({ method, values }: Filled): { secret?: string } {
    return method.kind === 'none' ? {} : { secret: vault.hold({ values } satisfies SealedCredential) };
  }

  async function logIn(
    identity: Pick<ConnectionContext, 'source' | 'name' | 'isDefault' | 'method'>,
    filled: Filled,
    scopes: string[] | undefined,
    existing: KnownConnection | undefined,
  ): Promise<KnownConnection> {
    const flow = await (await oauth()).begin(sourceOf(identity.source).context, filled, scopes, existing?.context);
    const connection = await change(identity, { type: 'authorize', method: filled.method, flow });
    // A client of its own right needs no person: what came of it is known in a moment.
    if (flow.via !== 'client') return connection;
    return (await waitFor(connection.id, ({ state }) => state !== 'awaitingConsent', { seconds: 30 })) ?? connection;
  }

  const waitFor = (id: string, fits: (connection: KnownConnection) => boolean, waiting?: Waiting) =>
    waiters.until(id, () => known.get(id), fits, waiting);

  /** What came of it is stored, unless the connection is another one meanwhile. A fault that names missing scopes outlives a read that works. */
  async function look({ id, context }: KnownConnection): Promise<void> {
    const found = await parts.check(context);
    const now = registry.current('connection', id);
    if (!found || now?.state !== 'connected' || (found.fault && now.context.secret !== context.secret)) return;
    const fault = found.fault ?? (now.context.missing ? now.context.fault : undefined);
    const identity = now.context.identity ?? found.identity;
    const sent = registry.send('connection', id, { type: 'checked', ...(identity && { identity }), ...(fault && { fault }) } as never);
    if (sent) await stored(id, sent.seq);
  }

  async function erase(connection: KnownConnection): Promise<void> {
    const { id, context } = connection;
    if (isUsable(connection) && context.grant) await (await oauth()).revoke(context);
    const current = registry.current('connection', id)?.context ?? context;
    const sent = registry.send('connection', id, { type: 'disconnect' }, [
      ...vault.drop(current.secret),
      ...vault.drop(current.flow?.secret),
    ]);
    await stored(id, sent!.seq);
    await store.write(await registry.erase('connection', id), { sync: true });
    known.forget(id);
  }

  return {
    list: source => (source === undefined ? known.all() : known.of(source)).map(view),
    get: (source, name) => view(present(source, name)),
    connect,

    async wait(source, name, waiting) {
      const { id } = present(source, name);
      const found = await waitFor(id, ({ state }) => !['authorizing', 'awaitingConsent', 'refreshing'].includes(state), waiting);
      return view(found ?? present(source, name));
    },

    async prefer(source, name) {
      await prefer(present(source, name));
      return view(present(source, name));
    },

    async check(source, name) {
      const connection = present(source, name);
      const { id } = connection;
      const running = checks.get(id) ?? look(connection).finally(() => checks.delete(id));
      checks.set(id, running);
      await running;
      return view(present(source, name));
    },

    async remove(source, name) {
      await erase(present(source, name));
    },

    async callback(parameters) {
      const { id, secret } = links.returned(parameters, known.all());
      const before = known.get(id)?.context.flow?.secret;
      const sent = registry.send('connection', id, { type: 'callback', secret } as never, [...vault.drop(before), ...vault.take(secret)]);
      await stored(id, sent!.seq);
      const found = await waitFor(id, ({ seq, state }) => seq >= sent!.seq && state !== 'awaitingConsent', { seconds: 60 });
      await resumed(id);
      return view(found ?? known.get(id)!);
    },

    async removeAll(source) {
      for (const connection of [...known.of(source)]) await erase(connection);
    },

    /** Finishes what a crash left half removed. */
    async clean() {
      for (const connection of known.all()) {
        const source = sources.get(connection.context.source);
        if (!source || source.state === 'removed') {
          await store.write(
            [
              ...vault.drop(connection.context.secret),
              ...vault.drop(connection.context.flow?.secret),
              ...(await registry.erase('connection', connection.id)),
            ],
            { sync: true },
          );
          known.forget(connection.id);
        }
      }
    },
  };
}
