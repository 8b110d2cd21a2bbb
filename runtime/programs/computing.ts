import type { ProgramContext } from '../../machines/schema/program.ts';
import type { Host, Run } from '../sandbox/pool.ts';
import type { Outcome } from '../sandbox/protocol.ts';
import { lastOf, type Recorded } from './journal.ts';
import type { DeliveryRow } from './rows.ts';
import type { SessionParts } from './session-parts.ts';

/** How a program came to its end by itself. */
export type Ending = Exclude<Outcome, { type: 'parked' }>;

/**
 * The VM of a program, which may be away at any time: what the program has seen is in its journal, and when there is something new for it
 * to see a VM is made again from that.
 */
export function createComputing(
  { store, blobs, journal, sandbox, limits }: Pick<SessionParts, 'store' | 'blobs' | 'journal' | 'sandbox' | 'limits'>,
  given: {
    id: string;
    context: ProgramContext;
    /** ISO time: what the program's clock shows before its first answer. */
    clock: string;
    /** Nothing is in its journal yet. */
    isNew: boolean;
    host: Host;
    onEnd(ending: Ending): void;
    onError(error: unknown): void;
  },
) {
  const { id, context, host } = given;
  const killing = new AbortController();
  /** Answers that are in the journal, or on their way there, and that no VM has been given. */
  let backlog: DeliveryRow[] = [];
  let run: Run | undefined;
  let vm: 'away' | 'coming' | 'here' = 'away';
  let { isNew } = given;
  /** What is recorded, once it was read, until a VM has it. */
  let known: Recorded | undefined;
  let closed = false;

  /** Makes a VM, which takes the program as far as its journal goes. */
  function begin(): void {
    vm = 'coming';
    if (!isNew && !known) {
      recall().then(start).catch(given.onError);
      return;
    }
    try {
      start(known);
    } catch (error) {
      given.onError(error);
    }
  }

  /** The journal as it is on disk once everything that is queued now is there. */
  async function recall(): Promise<Recorded> {
    await store.writer.settled();
    return journal.read(id);
  }

  function start(recorded: Recorded | undefined): void {
    if (closed) return;
    isNew = false;
    known = undefined;
    const entries = recorded ? journal.entries(recorded) : [];
    const last = recorded ? lastOf(recorded) : -1;
    const code = blobs.value(context.code) as string;
    const program = { code, seed: context.seed, startedAt: given.clock, journal: entries, limits: limits() };
    const mine = sandbox().start(program, host, killing.signal);
    run = mine;
    vm = 'here';
    const fresh = backlog.filter(row => row.order > last);
    backlog = [];
    for (const row of fresh) hand(row);
    mine.outcome.then(left);
  }

  function left(outcome: Outcome): void {
    if (closed) return;
    run = undefined;
    vm = 'away';
    if (outcome.type !== 'parked') given.onEnd(outcome);
    else if (backlog.length > 0) begin();
  }

  /** Gives an answer to the program. It must be queued for the journal before. */
  function hand(row: DeliveryRow): void {
    if (vm === 'here' && run?.deliver({ n: row.n, at: row.at, outcome: journal.outcomeOf(row) })) return;
    backlog.push(row);
    // One that is just leaving says so itself, and is then followed by another.
    if (vm === 'away') begin();
  }

  function rest(): void {
    closed = true;
    run?.park();
  }

  return {
    hand,
    /** Computes it, unless that is under way. */
    wake(): void {
      if (vm === 'away') begin();
    },
    /** Takes the journal as it was read: all that is answered from now on is handed over. */
    recorded(journalled: Recorded): void {
      known = journalled;
    },
    /** Lets go of the VM until there is something new to see. */
    park: (): void => run?.park(),
    /** Lets go of the VM for good. */
    rest,
    /** Ends it at once, whatever it computes. */
    kill(): void {
      rest();
      killing.abort();
    },
  };
}
