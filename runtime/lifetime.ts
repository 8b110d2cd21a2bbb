import { toFault } from '../machines/schema/fault.ts';
import type { Catalog } from './catalog.ts';
import type { Logic } from './logic.ts';
import type { Registry } from './registry.ts';
import type { createRetention } from './retention.ts';
import type { createScheduler } from './scheduler.ts';
import type { ActorKind, Store } from './store.ts';
import type { Upstream } from './upstream.ts';
import { warmUp } from './warm-up.ts';

/** A row that ends the process this many times in a row is set aside. */
const BOOT_LIMIT = 3;
/** So long after the start, the process counts as having survived what it took up again. */
export const SURVIVED_MS = 10_000;
/** So long after the start what is asked for first is got ready, if nobody has asked for it before. */
const WARM_MS = 100;
/** What runs gets this long to end when the daemon is stopped. */
const GRACE_MS = 2_000;

/** How a runtime begins and ends: what was under way is taken up again, and let go of so that nothing is lost. */
export function createLifetime(parts: {
  store: Store;
  registry: Registry;
  catalog: Catalog;
  upstream: Upstream;
  logics: Record<ActorKind, Logic>;
  scheduler: ReturnType<typeof createScheduler>;
  retention: ReturnType<typeof createRetention>;
  sandbox: () => void;
  log: (line: string) => void;
}) {
  const { store, registry, catalog, upstream, logics, scheduler, retention, sandbox, log } = parts;
  let survived: NodeJS.Timeout | undefined;
  let warm: NodeJS.Timeout | undefined;
  let isEnding = false;

  const say = (what: string) => (error: unknown) => isEnding || log(`${what}: ${toFault(error).message}`);

  return {
    async begin(): Promise<void> {
      for (const name of await registry.resume({ limit: BOOT_LIMIT })) log(`quarantined: ${name}`);
      await scheduler.run();
      survived = setTimeout(() => registry.survived().catch(() => {}), SURVIVED_MS);
      survived.unref();
      retention.start();
      // The search index is built when the daemon has come up and has a moment, at the latest by the first search.
      warm = setTimeout(() => {
        warmUp({ store, registry, catalog, upstream, logics, sandbox, isEnding: () => isEnding })
          .catch(say('the first answer may take a moment longer'))
          .then(() => (isEnding ? undefined : catalog.searchable()))
          .catch(say('the search is not ready'));
      }, WARM_MS);
      warm.unref();
    },

    /** @param letGo ends what would still ask the registry for something */
    async end(letGo: { before(): Promise<void>; after(): Promise<void> }): Promise<void> {
      isEnding = true;
      clearTimeout(survived);
      clearTimeout(warm);
      await retention.stop();
      await scheduler.stop();
      await letGo.before();
      await registry.close(GRACE_MS);
      await letGo.after();
      await upstream.close();
      await catalog.idle();
      await store.close();
    },
  };
}
