import { toFault } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import { type Actor, fromRow } from './actor.ts';
import type { Logic } from './logic.ts';
import type { Quarantine } from './quarantine.ts';
import { migrated } from './restore.ts';
import type { Store } from './store.ts';

/** A source as it is stored: what calls are resolved against. */
export type KnownSource = Actor<'source'>;

/** The stored state of every source, in memory: there are few, and every call needs one. Follows what is published. */
export function createKnownSources() {
  const known = new Map<string, KnownSource>();
  let changes = 0;
  return {
    /** Reads what is stored; a row that does not fit is set aside. */
    async load(store: Store, logic: Logic, quarantine: Quarantine): Promise<void> {
      // As text: one row that is no JSON must not hide the others.
      const rows = store.actor.iterator<string, string>({ gte: 'source:', lt: 'source;', valueEncoding: 'utf8' });
      for await (const [key, json] of rows) {
        const id = key.slice('source:'.length);
        if (quarantine.has('source', id)) continue;
        try {
          known.set(id, fromRow(id, migrated(logic, JSON.parse(json))) as KnownSource);
          changes++;
        } catch (cause) {
          quarantine.setAside('source', id, toFault(cause).message, cause);
        }
      }
    },
    get: (namespace: string): KnownSource | undefined => known.get(namespace),
    all: (): KnownSource[] => [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    context: (namespace: string): SourceContext | undefined => known.get(namespace)?.context,
    /** The revision whose catalog counts, if there is one. */
    revision: (namespace: string): number | undefined => {
      const source = known.get(namespace);
      return source && source.state !== 'removed' ? source.context.catalogued?.revision : undefined;
    },
    /** How often anything has changed: what was read at the same number is still so. */
    changes: (): number => changes,
    follow: (published: KnownSource): void => {
      changes++;
      known.set(published.id, published);
    },
    forget: (namespace: string): void => {
      changes++;
      known.delete(namespace);
    },
  };
}
export type KnownSources = ReturnType<typeof createKnownSources>;
