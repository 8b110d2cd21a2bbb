import { FaultError, toFault } from '../../machines/schema/fault.ts';
import { exceeded, LIMITS, type Limits } from './limits.ts';
import type { Program, Report } from './protocol.ts';
import { createResidence, type Host, type Left, type Residence, type Run } from './residence.ts';
import { startThread, type Thread } from './thread.ts';
import { watchForHangs } from './watchdog.ts';

export type { Host, Run } from './residence.ts';

export interface SandboxOptions {
  /** Threads at most: programs that compute or are kept warm while they wait. */
  readonly size?: number;
  /** Threads kept ready for the next program. */
  readonly warm?: number;
  readonly limits?: Partial<Limits>;
}

/** A thread beyond those kept warm ends after so long without a program. */
const SPARE_MS = 5_000;

interface Seat {
  thread?: Thread;
  state: 'starting' | 'ready' | 'taken' | 'gone';
  tenant?: Residence | undefined;
  spare?: NodeJS.Timeout | undefined;
}

export type SandboxPool = ReturnType<typeof createSandboxPool>;

/**
 * Threads in which programs run: one program to a thread, so that whatever one does to its thread, it does to itself.
 *
 * L1. A seat has at most one tenant, and a tenant at most one seat.
 * L2. A program that computes is never moved; one that waits gives up its seat when another needs it, and is parked.
 * L3. A thread that was killed, died, grew large or gave way to others is replaced, not reused.
 */
export function createSandboxPool({ size = 8, warm = 1, limits = {} }: SandboxOptions = {}) {
  const standard = { ...LIMITS, ...limits };
  const seats = new Set<Seat>();
  const queue: Residence[] = [];
  let closed = false;
  let readied: (() => void)[] = [];
  const watchdog = watchForHangs({
    seats: () => seats,
    hung: seat => end(seat, residence => residence.fail(exceeded('compute', residence.limits))),
  });

  const seated = (state: Seat['state']): Seat[] => [...seats].filter(seat => seat.state === state);

  function open(): void {
    const seat: Seat = { state: 'starting' };
    seats.add(seat);
    startThread(standard.memory, { report: report => hear(seat, report), died: error => bury(seat, error) }).then(
      thread => {
        if (seat.state === 'gone') void thread.kill();
        seat.thread = thread;
      },
      error => bury(seat, error),
    );
  }

  function hear(seat: Seat, report: Report): void {
    if (report.type === 'turn') {
      seat.tenant?.turned(report.turn, report.spoiled);
      if (queue.length > 0) assign();
      return;
    }
    seat.state = 'ready';
    for (const done of readied) done();
    readied = [];
    assign();
    if (seat.state === 'ready' && seated('ready').length > warm) {
      seat.spare = setTimeout(() => discard(seat), SPARE_MS).unref();
    }
  }

  /** A thread ended by itself: its program fails, the others do not notice. */
  function bury(seat: Seat, error: Error & { code?: string }): void {
    end(seat, residence => {
      const tooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      residence.fail(
        tooLarge
          ? exceeded('memory', residence.limits)
          : toFault(new FaultError('internal', `The program's sandbox ended: ${error.message}.`)),
      );
    });
  }

  function end(seat: Seat, tell: (residence: Residence) => void): void {
    const { tenant } = seat;
    discard(seat);
    if (tenant) tell(tenant);
    assign();
  }

  function discard(seat: Seat): void {
    clearTimeout(seat.spare);
    seat.state = 'gone';
    seat.tenant = undefined;
    seats.delete(seat);
    void seat.thread?.kill();
  }

  /** Gives seats to those who wait for one, makes room if there is none, and keeps some warm. */
  function assign(): void {
    if (closed) return;
    for (const seat of seated('ready')) {
      const next = queue.shift();
      if (!next) break;
      clearTimeout(seat.spare);
      seat.state = 'taken';
      seat.tenant = next;
      next.enter(seat.thread!);
    }
    let coming = seated('starting').length;
    const wanted = queue.length + Math.max(0, warm - seated('ready').length);
    while (coming < wanted && seats.size < size) {
      open();
      coming++;
    }
    for (let short = queue.length - coming; short > 0; short--) longestIdle()?.park();
  }

  function longestIdle(): Residence | undefined {
    const idle = [...seats].flatMap(({ tenant }) => (tenant?.state() === 'idle' ? [tenant] : []));
    return idle.reduce<Residence | undefined>((longest, one) => (longest && longest.since() <= one.since() ? longest : one), undefined);
  }

  /** A program has left its seat, if it had one. */
  function vacate(residence: Residence, left: Left): void {
    const place = queue.indexOf(residence);
    if (place >= 0) queue.splice(place, 1);
    const seat = [...seats].find(({ tenant }) => tenant === residence);
    watchdog.look();
    if (!seat) return;
    if (left === 'worn') {
      discard(seat);
      assign();
      return;
    }
    seat.tenant = undefined;
    seat.state = 'starting';
    if (left === 'reusable') seat.thread!.post({ type: 'drop' });
  }

  return {
    /** Takes a program in: new, or with the journal of what it did before. */
    start(program: Program, host: Host, signal?: AbortSignal): Run {
      const given = { ...standard, ...program.limits };
      const residence = createResidence({ program, limits: given, host, leave: vacate });
      if (closed) {
        residence.park();
        return residence;
      }
      const cancel = (): void => residence.fail({ code: 'cancelled', message: 'The program was cancelled.' });
      if (signal?.aborted) cancel();
      else {
        signal?.addEventListener('abort', cancel, { once: true });
        void residence.outcome.then(() => signal?.removeEventListener('abort', cancel));
        queue.push(residence);
        assign();
        watchdog.look();
      }
      return residence;
    },

    /** Makes threads ready before the first program asks for one. */
    async warmUp(): Promise<void> {
      if (seated('ready').length > 0 || closed) return;
      const ready = new Promise<void>(resolve => readied.push(resolve));
      assign();
      await ready;
    },

    figures: () => ({ threads: seats.size, resident: [...seats].filter(({ tenant }) => tenant).length, queued: queue.length }),

    /** Parks every program and ends every thread. */
    async close(): Promise<void> {
      closed = true;
      const threads = [...seats].flatMap(({ thread }) => thread ?? []);
      for (const residence of [...queue]) residence.park();
      for (const seat of [...seats]) {
        const { tenant } = seat;
        discard(seat);
        tenant?.abandon();
      }
      watchdog.stop();
      await Promise.all(threads.map(thread => thread.kill()));
    },
  };
}
