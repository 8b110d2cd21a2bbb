import { type Fault, toFault } from '../../machines/schema/fault.ts';
import type { Limits } from './limits.ts';
import type { Delivery, Figures, Outcome, Output, Program, Step, Turn } from './protocol.ts';
import type { Thread } from './thread.ts';

/** Who a program works for. It hears of each turn `issued`, `output`, and then `idle` or, through the run, the outcome. */
export interface Host {
  /** What the program asks now for the first time, in order. Store them no later than anything that follows, then carry them out. */
  issued(steps: readonly Step[]): void;
  /** What it shows. After another start the same comes again, with the same `i`. */
  output(items: readonly Output[]): void;
  /** Nothing is left to compute until one of these steps is delivered. */
  idle(waiting: readonly number[]): void;
}

/** A program while it is in the pool. */
export interface Run {
  /**
   * Gives a step's end to the program. Store it first: the order of deliveries is the order of the journal.
   * @returns false when the program is not here any more; then start it again with the journal
   */
  deliver(delivery: Delivery): boolean;
  /** Throws the VM away as soon as it has nothing to compute. */
  park(): void;
  /** How it ended here. Never rejects. */
  readonly outcome: Promise<Outcome>;
}

/** How a program leaves its thread: making itself ready for the next one, ready to be told to, or of no more use. */
export type Left = 'renewing' | 'reusable' | 'worn';

const NOTHING: Figures = { computeMs: 0, steps: 0, deliveries: 0 };

/**
 * A program and the thread it has, if it has one.
 *
 * One order is out at a time: deliveries that come meanwhile wait and go together. `done` is called once, whatever happens.
 */
export function createResidence(options: {
  program: Program;
  limits: Limits;
  host: Host;
  leave: (residence: Residence, thread: Left) => void;
}) {
  const { program, limits, host } = options;
  let resolve!: (outcome: Outcome) => void;
  const outcome = new Promise<Outcome>(done => {
    resolve = done;
  });
  let thread: Thread | undefined;
  let pending: Delivery[] = [];
  let figures = NOTHING;
  let state: 'queued' | 'computing' | 'idle' | 'left' = 'queued';
  let since = 0;
  let parking = false;
  let worn = false;
  let renewing = false;
  let posting = false;

  /** `clean` says that its thread can go on with another program. */
  function leave(end: Omit<Extract<Outcome, { type: 'parked' }>, 'figures'> | NonNullable<Turn['end']>, clean: boolean): void {
    if (state === 'left') return;
    state = 'left';
    pending = [];
    options.leave(residence, !clean || worn ? 'worn' : renewing ? 'renewing' : 'reusable');
    resolve({ ...end, figures } as Outcome);
  }

  /** Deliveries of one tick go in one message. */
  function flush(): void {
    posting = false;
    if (state !== 'idle' || pending.length === 0) return;
    state = 'computing';
    since = performance.now();
    thread!.post({ type: 'deliver', deliveries: pending });
    pending = [];
  }

  function tell(turn: Turn): void {
    if (turn.steps.length > 0) host.issued(turn.steps);
    if (turn.output.length > 0) host.output(turn.output);
    if (!turn.end && pending.length === 0) host.idle(turn.waiting);
  }

  const residence = {
    outcome,
    limits,
    thread: () => thread,
    state: () => state,
    /** Since when it has been in its state, as `performance.now`. */
    since: () => since,
    figures: () => figures,
    deliver(delivery: Delivery): boolean {
      if (state === 'left') return false;
      pending.push(delivery);
      if (!posting && state === 'idle') {
        posting = true;
        queueMicrotask(flush);
      }
      return true;
    },
    park(): void {
      parking = true;
      if (state === 'queued' || state === 'idle') leave({ type: 'parked' }, true);
    },
    /** Its thread is gone: what it was computing is computed again at the next start. */
    abandon: (): void => leave({ type: 'parked' }, false),
    /** Ends it as a failure: the thread is of no more use when it was computing. */
    fail(fault: Fault): void {
      leave({ type: 'failed', fault }, state !== 'computing');
    },
    enter(given: Thread): void {
      thread = given;
      state = 'computing';
      since = performance.now();
      const { limits: _, ...bare } = program;
      given.post({ type: 'start', program: bare, limits });
    },
    turned(turn: Turn, spoiled: boolean): void {
      if (state !== 'computing') return;
      figures = turn.figures;
      worn ||= spoiled;
      renewing = turn.end !== undefined;
      state = 'idle';
      since = performance.now();
      try {
        tell(turn);
      } catch (error) {
        leave({ type: 'failed', fault: toFault(error) }, true);
        return;
      }
      if (turn.end) leave(turn.end, true);
      else if (parking) leave({ type: 'parked' }, true);
      else flush();
    },
  };
  return residence;
}
export type Residence = ReturnType<typeof createResidence>;
