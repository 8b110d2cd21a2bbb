import { createHash } from 'node:crypto';
import type { Fault } from '../../machines/schema/fault.ts';
import { createComputeClock } from './compute-clock.ts';
import { fromEngine, fromThrown, isMute, lineIn, type Rejected, stuck } from './ending.ts';
import { diverged, identify, readJournal } from './journal.ts';
import { exceeded, type LimitName, type Limits } from './limits.ts';
import type { Script } from './prepare.ts';
import type { Delivery, Program, Step, StepKind, Turn } from './protocol.ts';
import { createShowing } from './showing.ts';
import type { Vm } from './vm.ts';

/** So often a program may be told that it is at its end before it is ended from outside. */
const PATIENCE = 200;

/** A program that computes this long without a pause, in milliseconds, has others go before it. */
const STRETCH_MS = 50;

/**
 * One program in one VM: turns of computing between deliveries. It is a function of the code, the seed, the starting time and the
 * sequence of deliveries, and of nothing else; that is all that replay rests on.
 *
 * S1. A step's number is its place in the order of asking. The journal, the host and the VM know a step by it.
 * S2. Deliveries reach the VM one at a time, in the order given; everything that follows from one happens before the next.
 * S3. The clock moves at a delivery, to its time, never back, and at nothing else.
 * S4. A step the journal has is compared and not announced. A step that differs ends the program, and none of its turn is announced.
 * S5. Recorded and live deliveries are treated alike: where the record ends makes no difference to the program.
 * S6. The first end counts: of the program's own, a limit, a divergence. After it the VM is not entered again.
 */
export function createScheduler({
  vm,
  program,
  limits,
  beat,
  giveWay = () => {},
  halt = () => {},
}: {
  vm: Vm;
  program: Omit<Program, 'limits'>;
  limits: Limits;
  beat: () => void;
  /** Called once a program computes long. */
  giveWay?: () => void;
  /** Called when a program that is at its end goes on all the same: does not return. */
  halt?: (turn: Turn) => void;
}) {
  const journal = readJournal(program.journal);
  const clock = createComputeClock(limits.compute);
  const showing = createShowing(limits, doom);
  const waiting = new Set<number>();
  const rejected = new Map<number, Rejected>();
  const lines = new Map<number, number | undefined>();
  let announced: Step[] = [];
  let count = 0;
  let calls = 0;
  let deliveries = 0;
  let now = Date.parse(program.startedAt);
  let end: Turn['end'];
  let trapped = false;
  let ignored = 0;
  let isLong = false;

  function finish(given: NonNullable<Turn['end']>): void {
    end ??= given;
  }

  function fail(fault: Fault): void {
    if (!end) announced = [];
    finish({ type: 'failed', fault });
  }

  function doom(limit: LimitName): void {
    fail(exceeded(limit, limits));
  }

  function issue(kind: StepKind, request: string, stack: string): number {
    if (end) return 0;
    if (kind !== 'sleep') calls++;
    if (calls > limits.calls) return doomed('calls');
    if (count >= limits.steps) return doomed('steps');
    if (request.length > limits.output) return doomed('output');
    const n = ++count;
    const line = lineIn(stack);
    if (!journal.isSame(n, kind, request)) {
      const step: Step = { n, request, ...identify(kind, request), ...(line !== undefined && { line }), after: deliveries };
      const difference = journal.differs(step);
      if (difference) {
        fail(difference);
        return 0;
      }
      if (!journal.knows(n)) announced.push(step);
    }
    waiting.add(n);
    lines.set(n, line);
    return n;
  }

  function doomed(limit: LimitName): number {
    doom(limit);
    return 0;
  }

  function put(kind: string, level: string, text: string, stack: string): number {
    if (end) return -1;
    if (kind === 'log') return showing.log(level, text, stack) ? 1 : 0;
    if (kind === 'emit') showing.emit(text, stack);
    else if (kind === 'failed') finish({ type: 'failed', fault: fromThrown(text, limits, step => rejected.get(step)) });
    else if (showing.fits(text)) finish({ type: 'done', json: text });
    return end ? -1 : 1;
  }

  function interrupted(): boolean {
    beat();
    // An async function takes the interruption for a rejection, and its caller goes on: a program can make as many as it likes.
    if (end && ++ignored === PATIENCE) halt(turn());
    if (end) return true;
    if (!isLong && clock.stretch() > STRETCH_MS) {
      isLong = true;
      giveWay();
    }
    if (clock.spent()) doom('compute');
    return end !== undefined;
  }

  /** Lets the VM compute until it has nothing left to do. */
  function compute(work: () => void): void {
    if (end) return;
    try {
      clock.charge(() => {
        work();
        vm.drain();
      });
    } catch (error) {
      trapped = true;
      fail(fromEngine(error, limits));
    }
  }

  function deliver({ n, at, outcome }: Delivery): void {
    if (end) return;
    if (!waiting.delete(n)) {
      if (n > count)
        fail(
          diverged(
            n,
            program.journal.find(entry => entry.n === n),
            undefined,
          ),
        );
      return;
    }
    deliveries++;
    now = Math.max(now, Date.parse(at));
    vm.setTime(now);
    if (!outcome.ok) rejected.set(n, { error: outcome.error, line: lines.get(n) });
    lines.delete(n);
    compute(() => vm.settle(n, outcome.ok, outcome.ok ? outcome.json : JSON.stringify(outcome.error)));
  }

  function turn(): Turn {
    if (!end && waiting.size === 0) finish({ type: 'failed', fault: stuck() });
    if (end?.type === 'failed' && vm.full() && isMute(end.fault)) end = { type: 'failed', fault: exceeded('memory', limits) };
    const missing = end && isOwn(end) && journal.lacks(count);
    if (missing) {
      announced = [];
      end = { type: 'failed', fault: missing };
    }
    const steps = announced;
    announced = [];
    const figures = { computeMs: clock.milliseconds(), steps: count, deliveries };
    return { steps, output: showing.take(), waiting: [...waiting], figures, ...(end && { end }) };
  }

  return {
    /** Begins, and takes the program as far as its journal goes. */
    start({ source, named }: Script): Turn {
      compute(() => {
        vm.begin(
          { issue: (kind, ...rest) => issue(kind as StepKind, ...rest), put, interrupted },
          { seed: words(program.seed), now, stack: limits.stack },
        );
        vm.run(source, named);
      });
      for (const delivery of journal.deliveries()) deliver(delivery);
      return turn();
    },
    deliver(list: readonly Delivery[]): Turn {
      for (const delivery of list) deliver(delivery);
      return turn();
    },
    /** The VM gave up, or its memory is not what it was: not to be used further. */
    trapped: () => trapped,
  };
}

/** True for what the program itself came to: only that can differ from the record. */
const isOwn = (end: NonNullable<Turn['end']>): boolean =>
  end.type === 'done' || !['limit_exceeded', 'replay_diverged', 'internal'].includes(end.fault.code);

/** Eight 32-bit words of a seed, whatever its form. */
function words(seed: string): number[] {
  const digest = createHash('sha256').update(seed).digest();
  return Array.from({ length: 8 }, (_, i) => digest.readUInt32LE(i * 4));
}
