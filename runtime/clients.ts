/** A client that has shown up since the start: what it says of itself, shown and never trusted. */
export interface ClientView {
  name: string;
  version?: string;
  /** The last time it asked what there is, as ISO time. */
  seenAt: string;
}

/** So many names are remembered; whoever invents more loses the oldest. */
const MOST = 100;
const CHARACTERS = 100;

/** Who has connected: in memory only, so that a person who connects an agent sees that it worked. */
export function createClients(now: () => Date) {
  const known = new Map<string, ClientView>();
  const listeners = new Set<(view: ClientView) => void>();
  return {
    list: (): ClientView[] => [...known.values()],

    heard({ name, version }: { name: string; version?: string }): void {
      const view: ClientView = {
        name: name.slice(0, CHARACTERS),
        ...(version && { version: version.slice(0, CHARACTERS) }),
        seenAt: now().toISOString(),
      };
      known.delete(view.name);
      known.set(view.name, view);
      if (known.size > MOST) known.delete(known.keys().next().value!);
      for (const listener of listeners) listener(view);
    },

    subscribe(listener: (view: ClientView) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
export type Clients = ReturnType<typeof createClients>;
