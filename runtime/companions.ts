import type { Companion } from './kinds/calling.ts';

/** The clients that take part in calls under way, by execution. In memory only: they go with their connection. */
export function createCompanions() {
  const companions = new Map<string, Companion>();
  return {
    join: (id: string, companion: Companion): void => {
      companions.set(id, companion);
    },
    of: (id: string): Companion | undefined => companions.get(id),
    drop: (id: string): void => {
      companions.delete(id);
    },
  };
}
export type Companions = ReturnType<typeof createCompanions>;
