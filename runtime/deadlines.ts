import { toFault } from '../machines/schema/fault.ts';
import type { createAccounts } from './accounts.ts';
import { alarmIn } from './programs/alarms.ts';
import type { Programs } from './programs/programs.ts';
import type { Registry } from './registry.ts';
import type { ActorKind } from './store.ts';

/**
 * What a deadline means to each kind: a source is fetched again, a token is renewed, an approval or a program's time is up, a sleep is over.
 * @returns what the scheduler asks with `(kind, id, at)`; false when it is to ask again in a minute
 */
export function createDeadlines(parts: {
  programs: Programs;
  accounts: Pick<ReturnType<typeof createAccounts>, 'due'>;
  registry: () => Registry;
  /** Whether the daemon has only just started: a start contacts nobody, so what is to be fetched waits until it has settled. */
  isFresh: () => boolean;
  log: (line: string) => void;
}) {
  const { programs, accounts, registry, isFresh, log } = parts;

  function keep(kind: ActorKind, id: string, at: string): boolean {
    const alarm = kind === 'program' && alarmIn(id);
    if (alarm) programs.ring(alarm, at);
    else if (kind === 'source') {
      if (isFresh()) return false;
      registry().send('source', id, { type: 'refresh' } as never);
    } else if (kind === 'connection') return accounts.due(id, !isFresh());
    else {
      const calls = programs.tally(id);
      registry().send(kind, id, { type: 'expire', ...(calls && { calls }) } as never);
    }
    return true;
  }

  return (kind: ActorKind, id: string, at: string): boolean => {
    try {
      return keep(kind, id, at);
    } catch (error) {
      // The row has been set aside with the reason; the other deadlines hold.
      log(`a deadline of ${kind} ${id} could not be kept: ${toFault(error).message}`);
      return true;
    }
  };
}
