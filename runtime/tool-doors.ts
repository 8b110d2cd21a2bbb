import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import type { Catalog } from './catalog.ts';
import { createExport } from './export/export.ts';
import { createExposure } from './exposure.ts';
import type { KnownSources } from './known-sources.ts';
import type { PolicyDesk } from './policy/desk.ts';
import { isInSlice, type Principals } from './principals.ts';
import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';

/** The catalog as a principal may see it: what is outside of its slice, or blocked for it, does not exist. */
export function createToolDoors(parts: {
  store: Store;
  known: KnownSources;
  catalog: Catalog;
  desk: PolicyDesk;
  principals: Principals;
}): Runtime['tools'] {
  const { store, known, catalog, desk, principals } = parts;
  const exported = createExport(store, known);
  const exposed = createExposure(store, known, catalog);

  const current = (principal: Principal) => principals.current(principal) ?? principal;
  const isShownTo = (principal: Principal) => desk.findable(current(principal)) ?? (() => true);

  return {
    async search({ q = '', source: only, limit = 100, cursor, principal }) {
      await catalog.searchable();
      const allowed = desk.findable(current(principal));
      return catalog.search.query({
        q,
        limit,
        ...(only && { source: only }),
        ...(cursor && { cursor }),
        ...(allowed && { allowed }),
      });
    },

    async describe(path, principal) {
      if (!isInSlice(current(principal), path)) throw new FaultError('tool_not_found', `there is no tool ${path}`);
      const described = catalog.describe(path);
      return { ...described, policy: desk.shownTo(catalog.find(described.path).tool, principal) };
    },

    async expose(namespace, principal) {
      const isShown = isShownTo(principal);
      return (await exposed(namespace)).filter(({ path }) => isShown(path));
    },

    async export(format, { source: only, principal }) {
      const isShown = isShownTo(principal);
      return exported(format, { ...(only !== undefined && { source: only }), isShown: ({ path }) => isShown(path) });
    },
  };
}
