import { toFault } from '../machines/schema/fault.ts';
import { type Actor, fromRow } from './actor.ts';
import type { Logic } from './logic.ts';
import type { Quarantine } from './quarantine.ts';
import { migrated } from './restore.ts';
import type { Store } from './store.ts';

/** A connection as it is stored. */
export type KnownConnection = Actor<'connection'>;

/** The stored state of every connection, in memory: there are few, and every call needs one. Follows what is published. */
export function createKnownConnections() {
  const known = new Map<string, KnownConnection>();
  const bySource = new Map<string, KnownConnection[]>();

  const put = (connection: KnownConnection) => {
    known.set(connection.id, connection);
    regroup(connection.context.source);
  };
  const regroup = (source: string) => {
    const own = [...known.values()].filter(({ context }) => context.source === source);
    own.sort((a, b) =>
      a.context.createdAt < b.context.createdAt ? -1 : a.context.createdAt > b.context.createdAt ? 1 : a.id < b.id ? -1 : 1,
    );
    bySource.set(source, own);
  };
  const of = (source: string): readonly KnownConnection[] => bySource.get(source) ?? [];

  return {
    /** Reads what is stored; a row that does not fit is set aside. */
    async load(store: Store, logic: Logic, quarantine: Quarantine): Promise<void> {
      const rows = store.actor.iterator<string, string>({ gte: 'connection:', lt: 'connection;', valueEncoding: 'utf8' });
      for await (const [key, json] of rows) {
        const id = key.slice('connection:'.length);
        if (quarantine.has('connection', id)) continue;
        try {
          put(fromRow(id, migrated(logic, JSON.parse(json))) as KnownConnection);
        } catch (cause) {
          quarantine.setAside('connection', id, toFault(cause).message, cause);
        }
      }
    },
    get: (id: string): KnownConnection | undefined => known.get(id),
    all: (): KnownConnection[] => [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    /** Those of a source, the oldest first. */
    of,
    /** The one a call gets that names none. */
    default: (source: string): KnownConnection | undefined => of(source).find(({ context }) => context.isDefault) ?? of(source)[0],
    follow: put,
    forget: (id: string): void => {
      const source = known.get(id)?.context.source;
      known.delete(id);
      if (source !== undefined) regroup(source);
    },
  };
}
export type KnownConnections = ReturnType<typeof createKnownConnections>;

/** Connections are named within their source. */
export const connectionId = (source: string, name: string): string => `${source}/${name}`;
