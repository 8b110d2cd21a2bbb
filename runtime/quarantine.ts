import { FaultError, toFault } from '../machines/schema/fault.ts';
import type { ActorKind, Store } from './store.ts';

/** Rows that do not fit are set aside with the reason: never dropped, never guessed; the others go on (DESIGN, rule 6). */
export function createQuarantine(store: Store, now: () => Date, log: (line: string) => void) {
  const fault = (kind: ActorKind, id: string, reason: string, cause?: unknown) =>
    new FaultError('internal', `${kind} ${id} is quarantined: ${reason}`, { cause, details: { quarantined: true, reason } });

  return {
    /** @throws FaultError internal when the actor was set aside */
    check(kind: ActorKind, id: string): void {
      const entry = store.quarantine.getSync(`${kind}:${id}`);
      if (entry) throw fault(kind, id, entry.reason);
    },

    has: (kind: ActorKind, id: string): boolean => store.quarantine.getSync(`${kind}:${id}`) !== undefined,

    /** Sets an actor aside; its row stays where it is. Gives the fault to throw. */
    setAside(kind: ActorKind, id: string, reason: string, cause?: unknown): FaultError {
      const name = `${kind}:${id}`;
      const error = fault(kind, id, reason, cause);
      log(error.message);
      store
        .write([
          store.put(store.quarantine, name, { kind, id, reason, at: now().toISOString(), fault: toFault(error) }),
          store.del(store.active, name),
        ])
        .catch(() => {
          // The writer has already ended all writing and told the daemon.
        });
      return error;
    },
  };
}
export type Quarantine = ReturnType<typeof createQuarantine>;
