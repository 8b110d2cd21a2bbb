import type { ExecutionView } from '../machines/schema/execution.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import type { Actor } from './actor.ts';
import { actBy } from './acts.ts';
import type { Blobs } from './blobs.ts';
import type { StartCall } from './call-start.ts';
import type { Catalog } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import { planOf } from './execution-index.ts';
import { findExecutions } from './find-executions.ts';
import { readLog } from './log.ts';
import type { Policies } from './policies.ts';
import { may, mayLookAt, recorded } from './principals.ts';
import type { Journal } from './programs/journal.ts';
import type { ProgramShows } from './programs/output.ts';
import type { Plans } from './programs/plan.ts';
import type { Programs } from './programs/programs.ts';
import type { ProgramStart } from './programs/start.ts';
import { stepsPage } from './programs/steps.ts';
import { programView } from './programs/view.ts';
import type { Registry } from './registry.ts';
import { createResume } from './resume.ts';
import type { ExecutionFilter, Invocation, Page, Runtime } from './runtime.ts';
import type { Store } from './store.ts';
import { executionView, isSettled, isWaiting } from './views.ts';
import type { Waiters } from './waiting.ts';

/** A call or a program: what both have in common is all that most of this needs. */
export type Execution = Actor<'call'> | Actor<'program'>;
/** Looks an execution up, in memory or in the store. */
export type Look = <K extends 'call' | 'program'>(kind: K, id: string) => Actor<K> | undefined;

const rests = (state: string) => isSettled(state) || isWaiting(state);

/** Starting, watching, answering and finding executions: what every surface goes through. */
export function createExecutions(parts: {
  store: Store;
  registry: Registry;
  catalog: Catalog;
  dispatch: Dispatch;
  policies: Policies;
  blobs: Blobs;
  startCall: StartCall;
  programs: Programs;
  programStart: ProgramStart;
  journal: Journal;
  plans: Plans;
  output: ProgramShows;
  waiters: Waiters<Execution>;
  now: () => Date;
  base: () => string;
}): Runtime['executions'] & { view(actor: Execution): ExecutionView } {
  const { store, registry, blobs, startCall, programs, programStart, journal, plans, output, waiters, now, base } = parts;

  function view(actor: Execution): ExecutionView {
    if (actor.kind === 'call') return executionView(actor, { blobs, base });
    return programView(actor, { blobs, base, tally: programs.tally(actor.id), call: id => registry.stored('call', id), plan: plans.shown });
  }

  /** What is alive is known without a look into the store, be it only that its first row is still being written. */
  function find(id: string, look: Look): Execution | undefined {
    if (registry.isLive('call', id)) return look('call', id);
    if (registry.isLive('program', id)) return look('program', id);
    return look('call', id) ?? look('program', id);
  }

  /** The newest stored state, for a principal entitled to see it; an unknown id and somebody else's look the same. */
  function entitled(id: string, principal: Principal, look: Look): Execution {
    const actor = find(id, look);
    if (!actor || !mayLookAt(principal, actor.context.principal.id, actor.kind === 'call' ? actor.context.path : undefined)) {
      throw new FaultError('execution_not_found', `there is no execution ${id}`);
    }
    return actor;
  }

  function program(id: string, principal: Principal): Actor<'program'> {
    const actor = entitled(id, principal, registry.stored);
    if (actor.kind !== 'program') throw new FaultError('invalid_arguments', `${id} is a call, not a program`);
    return actor;
  }

  /** Once an event is delivered, everyone waits until what it did is stored. */
  async function stored(id: string, seq: number): Promise<Execution> {
    const found = await waiters.until(
      id,
      () => find(id, registry.stored),
      actor => actor.seq >= seq,
    );
    if (!found) throw new FaultError('internal', 'the state could not be stored');
    return found;
  }

  /** The newest state once it is stored: from there on, until the next wait, nothing else can come between. */
  async function settledNow<A extends Execution>(id: string, principal: Principal, seen: A): Promise<A> {
    for (let actor = seen; ; ) {
      await stored(id, actor.seq);
      const newest = entitled(id, principal, registry.current) as A;
      if (newest.seq === actor.seq) return newest;
      actor = newest;
    }
  }

  async function invoke(invocation: Invocation): Promise<ExecutionView> {
    const started = startCall(invocation);
    return view(await stored(started.id, 'actor' in started ? started.actor.seq : 1));
  }

  async function cancel(id: string, principal: Principal): Promise<ExecutionView> {
    const actor = entitled(id, principal, registry.current);
    if (!may(principal, 'answer') && actor.context.principal.id !== principal.id)
      throw new FaultError('forbidden', 'this is not your execution');
    if (isSettled(actor.state)) return view(await stored(id, actor.seq));
    const calls = programs.tally(id);
    const sent = registry.send(actor.kind, id, {
      type: 'cancel',
      by: principal.id,
      principal: recorded(principal),
      ...(calls && { calls }),
    } as never);
    return view(await stored(id, sent?.seq ?? 0));
  }

  const resume = createResume({ ...parts, entitled, settledNow, stored, view, cancel });

  return {
    invoke,
    resume,
    cancel,
    view,

    async start(invocation) {
      const { id, actor } = programStart.start(invocation);
      return view(await stored(id, actor?.seq ?? 1));
    },

    async approvePlan(id, principal) {
      const { state, context } = program(id, principal);
      const isOwn = principal.selfApprove === true && context.principal.id === principal.id;
      if (!may(principal, 'answer') && !isOwn) throw new FaultError('forbidden', `the role ${principal.role} may not approve a plan`);
      if (!context.simulate || state !== 'done')
        throw new FaultError('invalid_arguments', `${id} has no plan: start a program with simulate`);
      // The key makes it one run, however often it is approved.
      const run = programStart.start({
        code: blobs.value(context.code) as string,
        principal: context.principal,
        seed: context.seed,
        clock: context.clock ?? context.startedAt,
        plan: id,
        idempotencyKey: `approve-plan ${id}`,
        ...(context.timeoutMs !== undefined && { timeoutMs: context.timeoutMs }),
      });
      if (run.actor) store.write([store.note(actBy(principal, now().toISOString(), 'plan.approve', id, plans.shown(id)))]).catch(() => {});
      return view(await stored(run.id, run.actor?.seq ?? 1));
    },

    async fork(id, request, principal) {
      const actor = await programStart.fork(program(id, principal), request, principal);
      return view(await stored(actor.id, actor.seq));
    },

    async journal(id, principal, { limit = 100, cursor = '0' } = {}) {
      program(id, principal);
      const after = Number(cursor);
      if (!Number.isInteger(after) || after < 0) throw new FaultError('invalid_arguments', `"${cursor}" is no cursor of a journal`);
      return stepsPage(await journal.read(id), { blobs, call: child => registry.stored('call', child), limit, after });
    },

    output: (id, principal) => output.read(program(id, principal).id),

    get: (id, principal) => view(entitled(id, principal, registry.stored)),

    async wait(id, principal, waiting = {}) {
      entitled(id, principal, registry.current);
      const found = await waiters.until(
        id,
        () => find(id, registry.stored),
        ({ state }) => rests(state),
        waiting,
      );
      return view(found ?? find(id, registry.stored) ?? entitled(id, principal, registry.current));
    },

    list: (filter, principal) => list(filter, principal),

    async log(id, principal) {
      const { kind } = entitled(id, principal, registry.stored);
      return { items: await readLog(store, `${kind}:${id}`) };
    },

    async result(id, principal) {
      const { context } = entitled(id, principal, registry.stored);
      if (!context.result) throw new FaultError('execution_not_found', `${id} has no result`);
      return Buffer.from(blobs.text(context.result));
    },
  };

  async function list(filter: ExecutionFilter, principal: Principal): Promise<Page<ExecutionView>> {
    const limit = filter.limit ?? 100;
    const plan = planOf(filter, may(principal, 'read') ? undefined : principal.id);
    const items: ExecutionView[] = [];
    for await (const id of findExecutions(store, plan, filter.cursor)) {
      const actor = readable(id);
      if (!actor || !(actor.kind === 'call' ? plan.fits(actor.state, actor.context) : plan.fitsProgram(actor.state, actor.context)))
        continue;
      if (principal.tools && !mayLookAt(principal, actor.context.principal.id, actor.kind === 'call' ? actor.context.path : undefined))
        continue;
      if (items.length === limit) return { items, nextCursor: items.at(-1)!.id };
      items.push(view(actor));
    }
    return { items };
  }

  function readable(id: string): Execution | undefined {
    try {
      return find(id, registry.stored);
    } catch {
      // A quarantined row is shown by `GET /api/actors` with its reason; it must not hide the others.
      return undefined;
    }
  }
}
