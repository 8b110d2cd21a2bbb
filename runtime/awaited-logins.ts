import { toFault } from '../machines/schema/fault.ts';
import type { Published } from './actor.ts';
import { isUsable } from './credentials.ts';
import { loginKey } from './execution-index.ts';
import type { KnownConnection, KnownConnections } from './known-connections.ts';
import type { KnownSources } from './known-sources.ts';
import type { Registry } from './registry.ts';
import type { Store } from './store.ts';

/** Whoever connects is answered after this time at the latest, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Events by which a credential begins to work. */
const BEGINS: ReadonlySet<string> = new Set(['connect', 'prefer', 'xstate.done.actor.obtain']);

/** Takes up again what waited for a login, once there is a connection that works. */
export function createAwaitedLogins(parts: {
  store: Store;
  registry: () => Registry;
  known: KnownConnections;
  sources: KnownSources;
  log: (line: string) => void;
}) {
  const { store, registry, known, sources, log } = parts;
  const underWay = new Map<string, Promise<void>>();

  function tell(key: string): void {
    const id = key.slice(key.lastIndexOf('!') + 1);
    try {
      registry().send('call', id, { type: 'login', by: 'owner' } as never);
    } catch (error) {
      // Its row has been set aside with the reason; the others go on.
      log(`${id} could not be taken up after a login: ${toFault(error).message}`);
    }
  }

  async function resume({ context }: KnownConnection): Promise<void> {
    const { source, name } = context;
    const isDefault = known.default(source)?.context.name === name;
    for (const prefix of [loginKey(source, name), ...(isDefault ? [loginKey(source)] : [])]) {
      for await (const key of store.index.keys({ gte: prefix, lt: `${prefix}~` })) tell(key);
    }
    const own = isDefault ? sources.get(source) : undefined;
    if (own?.state === 'authenticating') registry().send('source', source, { type: 'login' });
    // Its last refresh was not let in.
    else if (own?.state === 'ready' && own.context.fault?.code === 'login_required') registry().send('source', source, { type: 'refresh' });
    await store.writer.idle();
  }

  const guarded = (work: Promise<void>) => work.catch(error => log(`what waited for a login was not taken up: ${toFault(error).message}`));

  return {
    /** Hears of every stored change of a connection. */
    follow(published: Extract<Published, { kind: 'connection' }>): void {
      if (!isUsable(published) || !published.entries.some(({ event }) => BEGINS.has(event.type))) return;
      const work = guarded(resume(published)).finally(() => {
        if (underWay.get(published.id) === work) underWay.delete(published.id);
      });
      underWay.set(published.id, work);
    },

    /** Resolves when what waited for a connection has been taken up, or after a moment: there may be very much of it. */
    async settled(id: string): Promise<void> {
      const work = underWay.get(id);
      if (!work) return;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        work,
        new Promise(resolve => {
          timer = setTimeout(resolve, PATIENCE_MS);
        }),
      ]);
      clearTimeout(timer);
    },

    /** At the start: whatever was connected just before the process ended, and whatever waited for it. */
    async catchUp(): Promise<void> {
      for (const connection of known.all()) {
        if (isUsable(connection) && !connection.context.missing?.length) await guarded(resume(connection));
      }
    },
  };
}
export type AwaitedLogins = ReturnType<typeof createAwaitedLogins>;
