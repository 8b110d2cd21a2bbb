import type { CallContext } from '../../machines/schema/call.ts';
import type { ProgramContext, ProgramEnd, Tally } from '../../machines/schema/program.ts';
import type { Host } from '../sandbox/pool.ts';
import type { Step } from '../sandbox/protocol.ts';
import type { Op } from '../store.ts';
import { isSettled, isWaiting } from '../views.ts';
import type { Patience } from '../writer.ts';
import { endOf, errorOf, type StepEnd } from './answering.ts';
import { childId } from './child-id.ts';
import { createComputing } from './computing.ts';
import { later } from './later.ts';
import type { DeliveryRow, StepRow } from './rows.ts';
import type { SessionParts } from './session-parts.ts';
import { createTally } from './tally.ts';

/** A step that was asked and whose end the program has not been given. */
interface Open {
  kind: Step['kind'];
  child?: string;
  /** Of a call: what it is now. Undefined while it is being started, and of one that another execution made. */
  state?: string;
  /** Of a sleep: its end, in milliseconds since 1970. It has an alarm, a row in the index of deadlines. */
  due?: number;
  stop?: () => void;
}

/** Who sleeps longer than this sleeps without a VM. */
const NAP_MS = 1_000;

/**
 * A program while it runs: what it asks is carried out, what comes back is written into its journal and handed to it.
 *
 * P1. A step's row goes into the batch of the first row of the call that carries it out; the id of the call follows from the step. So a
 *     call is made once, whatever happens.
 * P2. An answer is queued for the journal before the program sees it. What the program then does comes later in the store, or is lost with it.
 * P3. The VM may be thrown away at any time: what it has seen is in the journal, and it is made again when there is something new to see.
 * P4. When everything it waits for waits for a person, the session ends, and a new one begins when something is no longer so.
 */
export function createSession(
  parts: SessionParts,
  given: { id: string; context: ProgramContext; start: 'fresh' | 'resumed' | 'woken'; onPause: (waiting: number[], calls: Tally) => void },
) {
  const { store, blobs, journal, output, answering, alarms, now } = parts;
  const { id, context } = given;
  const clock = context.clock ?? context.startedAt;
  const open = new Map<number, Open>();
  const tally = createTally(context.calls);
  const ended = later<ProgramEnd>();
  let order = 0;
  let latest = clock;
  /** Nothing is left to compute until something that is open ends. */
  let idle = false;
  let loaded = given.start === 'fresh';
  let asked = false;
  let closed = false;

  const write = (ops: Op[], then?: () => void, patience?: Patience): void => {
    store.write(ops, { ...(patience && { patience }) }).then(then, () => {
      // The writer has already ended all writing and told the daemon.
    });
  };

  /** The time of an answer: the program's clock never goes back. */
  function stamp(atLeast = 0): string {
    const at = new Date(Math.max(now().getTime(), atLeast)).toISOString();
    if (at > latest) latest = at;
    return latest;
  }

  function end(n: number, how: StepEnd, ops: Op[] = [], notBefore?: number): void {
    const step = open.get(n);
    if (closed || !step) return;
    open.delete(n);
    idle = false;
    const value = how.ok ? how.value : blobs.keep(how.error);
    const row: DeliveryRow = { n, order: order++, at: stamp(notBefore), ok: how.ok, ...(value && { value }) };
    write([...ops, journal.delivery(id, row)], undefined, 'join');
    computing.hand(row);
  }

  const host: Host = {
    issued: steps => {
      asked = true;
      for (const step of steps) if (!closed) carryOut(step);
    },
    output: items => {
      asked = true;
      if (!closed) output.add(id, items);
    },
    idle: waiting => {
      idle = waiting.every(n => open.has(n));
      consider();
    },
  };

  const computing = createComputing(parts, {
    id,
    context,
    clock,
    isNew: given.start === 'fresh',
    host,
    onEnd: ending =>
      ended.resolve({
        calls: tally.get(),
        ...(ending.type === 'done' ? { result: blobs.keepJson(ending.json) } : { fault: ending.fault }),
      }),
    onError: ended.reject,
  });

  function carryOut({ n, kind, hash, summary, line, request }: Step): void {
    const asked: unknown = JSON.parse(request);
    const row: StepRow = { n, kind, hash, summary, at: now().toISOString(), ...(line !== undefined && { line }) };
    open.set(n, { kind });
    if (kind === 'call') call(row, asked);
    else {
      wait({ n, kind, at: row.at, request: asked }, [journal.step(id, { ...row, request: blobs.keepJson(request) })]);
    }
  }

  function call(row: StepRow, request: unknown): void {
    const { n } = row;
    const { path } = request as { path: string };
    const rowOf = (child?: string): Op => journal.step(id, { ...row, tool: path, ...(child !== undefined && { child }) });
    try {
      const asked = answering.call({
        program: id,
        principal: context.principal,
        traceparent: context.traceparent,
        n,
        request,
        row: rowOf,
        simulate: context.simulate,
      });
      if ('end' in asked) {
        end(n, asked.end, [asked.request ? journal.step(id, { ...row, tool: path, request: asked.request }) : rowOf()]);
        return;
      }
      const { child, state } = asked;
      open.set(n, { kind: 'call', child, ...(state !== undefined && { state }) });
      if (child !== childId(id, n)) {
        write([rowOf(child)]);
        follow(n, child);
        return;
      }
      tally.add(n);
      if (asked.context) changed(n, state!, asked.context);
    } catch (error) {
      end(n, { ok: false, error: errorOf(error) }, [rowOf()]);
    }
  }

  /** An execution that an idempotency key already stood for. */
  function follow(n: number, child: string): void {
    const stop = parts.follow(child, actor => end(n, endOf(actor.state, actor.context)));
    const step = open.get(n);
    if (step) step.stop = stop;
    else stop();
  }

  /** What is not a call. It may be asked again after a restart. */
  function wait({ n, kind, at, request }: Pick<StepRow, 'n' | 'kind' | 'at'> & { request: unknown }, ops: Op[] = []): void {
    if (kind === 'sleep') {
      sleep(n, Date.parse(at) + Math.min((request as { ms: number }).ms, Number.MAX_SAFE_INTEGER / 2), ops);
      return;
    }
    if (ops.length > 0) write(ops);
    answering.ask(kind, { principal: context.principal, request }).then(
      value => end(n, { ok: true, value: blobs.keep(value) }),
      error => end(n, { ok: false, error: errorOf(error) }),
    );
  }

  function sleep(n: number, due: number, ops: Op[]): void {
    if (due <= now().getTime()) {
      end(n, { ok: true }, [...ops, alarms.clear(id, n, due)], due);
      return;
    }
    open.set(n, { kind: 'sleep', due });
    write([...ops, alarms.set(id, n, due)], () => alarms.stored(due));
  }

  function changed(n: number, state: string, call: CallContext): void {
    const step = open.get(n);
    if (closed || !loaded || step?.child === undefined) return;
    step.state = state;
    if (call.interactions.length > 0) tally.ask(n);
    if (isSettled(state)) end(n, endOf(state, call));
    else if (isWaiting(state)) consider();
  }

  /** Lets go of what is not needed: of the VM while the program sleeps, of everything while it waits for people. */
  function consider(): void {
    if (closed || !idle || !loaded || open.size === 0) return;
    const soon = now().getTime() + NAP_MS;
    const steps = [...open.values()];
    if (steps.every(waitsForPerson)) {
      const calls = tally.get();
      rest();
      given.onPause([...open.keys()], calls);
    } else if (steps.every(step => waitsForPerson(step) || (step.due !== undefined && step.due > soon))) computing.park();
  }

  /** Takes up what was asked before: it may have ended meanwhile. */
  async function load(): Promise<void> {
    const recorded = await journal.read(id);
    // It is all on disk: a program is set running again when that is stored.
    computing.recorded(recorded);
    for (const row of recorded.deliveries.values()) {
      order = Math.max(order, row.order + 1);
      if (row.at > latest) latest = row.at;
    }
    const asked = [...recorded.steps.values()].filter(({ n }) => !recorded.deliveries.has(n));
    for (const { n, kind, child } of asked) open.set(n, { kind, ...(child !== undefined && { child }) });
    loaded = true;
    if (closed) return;
    // One that was paused had nothing left to compute. Of one that was not, nobody knows.
    idle = given.start === 'woken' && asked.length > 0;
    for (const row of asked) takeUp(row);
    if (!idle) computing.wake();
    consider();
  }

  function takeUp({ n, kind, at, child, request }: StepRow): void {
    const actor = child === undefined ? undefined : parts.call(child);
    if (kind !== 'call') wait({ n, kind, at, request: request && blobs.value(request) });
    else if (child !== undefined && child !== childId(id, n)) follow(n, child);
    else if (actor) changed(n, actor.state, actor.context);
    else end(n, { ok: false, error: { code: 'internal', message: 'the call is no longer there' } });
  }

  /** Lets go of everything; the journal is all that is left. */
  function rest(): void {
    closed = true;
    for (const { stop } of open.values()) stop?.();
    computing.rest();
  }

  return {
    /** Computes it until it ends; never settles when it pauses or is killed. */
    async run(): Promise<ProgramEnd> {
      if (given.start === 'fresh') computing.wake();
      else load().catch(ended.reject);
      return ended.promise;
    },
    childChanged: changed,
    rest,
    /** Ends it at once, whatever it does. */
    kill(): void {
      if (closed) return;
      rest();
      computing.kill();
    },
    /** The alarm of a step: true when it is kept, or will be when it is known what was asked before. */
    ring(n: number): boolean {
      const due = open.get(n)?.due;
      if (due !== undefined) sleep(n, due, []);
      return due !== undefined || !loaded;
    },
    /** Operations that take back its alarms: for who ends before its sleeps do. */
    silence: (): Op[] => [...open].flatMap(([n, { due }]) => (due === undefined ? [] : [alarms.clear(id, n, due)])),
    /** The steps it waits for. */
    open: (): number[] => [...open.keys()],
    tally: tally.get,
    hasAsked: (): boolean => asked,
    /** Whether it knows yet what was asked before it. */
    isLoaded: (): boolean => loaded,
  };
}
export type Session = ReturnType<typeof createSession>;

const waitsForPerson = ({ kind, state }: Open): boolean => kind === 'call' && state !== undefined && isWaiting(state);
