import { FaultError } from '../machines/schema/fault.ts';
import type { Spawn } from './effects.ts';
import type { Live } from './live.ts';
import type { Quarantine } from './quarantine.ts';
import { persisted } from './step.ts';
import type { ActorKind, Op, Store } from './store.ts';

/** Takes up what was under way when the process ended, and counts how often that was done: an actor that ends the process is set aside. */
export function createBoots(parts: {
  store: Store;
  quarantine: Quarantine;
  wake(kind: ActorKind, id: string): Live | undefined;
  prepare(actor: Live, spawn: Spawn, resumed: boolean): void;
  passivate(actor: Live): void;
}) {
  const { store, quarantine, wake, prepare, passivate } = parts;

  return {
    /** Starts again whatever was under way when the process ended. Returns the ids that were quarantined instead. */
    async resume(boots: { limit: number }): Promise<string[]> {
      const refused: string[] = [];
      const under: Op[] = [];
      const found: { name: string; boots: number }[] = [];
      for await (const [name, value] of store.active.iterator()) found.push({ name, boots: value.boots + 1 });
      for (const { name, boots: count } of found) under.push(store.put(store.active, name, { boots: count }));
      if (under.length > 0) await store.write(under, { sync: true });
      for (const { name, boots: count } of found) {
        const [kind, id] = split(name);
        if (count > boots.limit) {
          quarantine.setAside(kind, id, `the daemon ended ${count - 1} times in a row while it was running`);
          refused.push(name);
          continue;
        }
        try {
          const actor = wake(kind, id);
          if (!actor) continue;
          const { children } = persisted(actor.snapshot);
          for (const [childKey, { src, snapshot }] of Object.entries(children)) {
            prepare(actor, { id: childKey, src, input: (snapshot as { input?: unknown }).input }, true);
          }
          for (const start of [...actor.starting.values()]) start();
          passivate(actor);
        } catch (error) {
          if (!(error instanceof FaultError)) throw error;
          // `wake` has set it aside and kept the reason; the others go on.
          refused.push(name);
        }
      }
      return refused;
    },

    /** Forgets how often actors were started again: called once the process has shown that it does not die of them. */
    async survived(): Promise<void> {
      const ops: Op[] = [];
      for await (const [name, value] of store.active.iterator()) if (value.boots > 0) ops.push(store.put(store.active, name, { boots: 0 }));
      if (ops.length > 0) await store.write(ops);
    },
  };
}

const split = (name: string): [ActorKind, string] => {
  const colon = name.indexOf(':');
  return [name.slice(0, colon) as ActorKind, name.slice(colon + 1)];
};
