import { setImmediate as turn } from 'node:timers/promises';
import { MemoryLevel } from 'memory-level';
import { callMachine } from '../../../machines/call.ts';
import { CallContext, type Judged, type Outcome } from '../../../machines/schema/call.ts';
import { FaultError } from '../../../machines/schema/fault.ts';
import { sourceMachine } from '../../../machines/source.ts';
import type { Actor } from '../../../runtime/actor.ts';
import { createBlobs } from '../../../runtime/blobs.ts';
import { createCallStart } from '../../../runtime/call-start.ts';
import { createCompanions } from '../../../runtime/companions.ts';
import { indexRows } from '../../../runtime/execution-index.ts';
import { createIdempotency } from '../../../runtime/idempotency.ts';
import { createLedger } from '../../../runtime/ledger.ts';
import type { Logic } from '../../../runtime/logic.ts';
import { createProgramLogic } from '../../../runtime/program-logic.ts';
import { createAlarms } from '../../../runtime/programs/alarms.ts';
import { createAnswering } from '../../../runtime/programs/answering.ts';
import { createJournal } from '../../../runtime/programs/journal.ts';
import { createOutput } from '../../../runtime/programs/output.ts';
import { createPrograms } from '../../../runtime/programs/programs.ts';
import { createQuarantine } from '../../../runtime/quarantine.ts';
import { createRegistry, type Registry } from '../../../runtime/registry.ts';
import { type Db, openStore } from '../../../runtime/store.ts';
import { inProcess } from './in-process.ts';

/**
 * The registry, the store, the programs and the call machine as they are, with an upstream that answers when it is told to. The disk outlives
 * the process, which may end at any batch.
 */

export const ID = 'exec_01kdvqs8000000000000000000';
const PRINCIPAL = { id: 'owner', name: 'owner', role: 'owner' as const };
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** Before or after which batch of its life the process ends. */
export interface Crash {
  batch: number;
  when: 'before' | 'after';
}

/** What outlives the process: the disk, and what has reached the other side. */
export interface World {
  db: MemoryLevel<string, string>;
  /** Writes that arrived, by the path and the input. */
  arrived: string[];
}

export const createWorld = (): World => ({ db: new MemoryLevel<string, string>(), arrived: [] });

/** What each tool is, by the beginning of its name: read, write (allowed), ask (a person is asked), blocked, and nothing else. */
const effectOf = (path: string) => (path.startsWith('shop.read') ? ('read' as const) : ('write' as const));

/** What the other side answers depends on the request only. Writes succeed: what failed there, a person could not tell from what did not arrive. */
function answerOf(path: string, input: unknown): Outcome {
  const json = JSON.stringify(input);
  if (effectOf(path) === 'read' && (json.length + path.length) % 4 === 0)
    return { error: { code: 'upstream_http_error', message: 'no', details: { status: 500 } }, http: { status: 500, headers: {} } };
  return { result: { value: { path, size: json.length } } };
}

interface InFlight {
  step: number;
  answer(): void;
}

/** One life of the process. */
export async function live(world: World, crash?: Crash) {
  let batches = 0;
  let dead = false;
  let die!: () => void;
  const died = new Promise<void>(resolve => {
    die = resolve;
  });
  let delivered = 0;
  /** What the clock shows at the least. */
  let late = 0;
  const asleep = new Map<number, number>();
  const inFlight = new Map<string, InFlight>();
  const waiting = new Map<string, Actor<'call'>>();
  const store = await openStore(mortal(), error => {
    throw error;
  });
  for (const key of await store.journal.keys().all()) if (key.includes('!d')) delivered++;
  const now = () => new Date(Math.max(START + delivered * 1000, late));
  const blobs = createBlobs(store);
  const ledger = createLedger(store, now);
  const sandbox = inProcess();
  const registryOf = (): Registry => registry;
  const idempotency = createIdempotency(store, now);
  const startCall = createCallStart({ registry: registryOf, blobs, idempotency, companions: createCompanions(), now });
  const tools = {
    search: async ({ q }: { q?: string }) => ({ items: [{ path: 'shop.read1', q }] }),
    describe: async (path: string) => ({ path }),
  };
  const programs = createPrograms({
    store,
    blobs,
    journal: counted(),
    output: createOutput(store),
    answering: createAnswering({ startCall, tools: () => tools as never, simulation: () => undefined }),
    alarms: noted(),
    sandbox: () => sandbox,
    limits: () => ({ compute: 600_000 }),
    follow: () => () => {},
    registry: registryOf,
    now,
  });

  function end(): void {
    dead = true;
    die();
  }

  /** The disk, until the process ends. */
  function mortal(): Db {
    const { db } = world;
    return new Proxy(db, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (key !== 'batch') return value.bind(target);
        return (...args: []) => {
          const batch = target.batch(...args);
          const write = batch.write.bind(batch);
          batch.write = (async (...options: []) => {
            batches++;
            if (crash?.when === 'before' && batches === crash.batch) end();
            if (dead) return new Promise(() => {});
            await write(...options);
            if (crash?.when === 'after' && batches === crash.batch) end();
            return dead ? new Promise(() => {}) : undefined;
          }) as typeof batch.write;
          return batch;
        };
      },
    }) as unknown as Db;
  }

  function counted() {
    const journal = createJournal(store, blobs);
    return {
      ...journal,
      delivery: (id: string, row: Parameters<typeof journal.delivery>[1]) => {
        delivered++;
        return journal.delivery(id, row);
      },
    };
  }

  function noted() {
    const alarms = createAlarms(store, () => {});
    return {
      ...alarms,
      set(id: string, n: number, due: number) {
        asleep.set(n, due);
        return alarms.set(id, n, due);
      },
      clear(id: string, n: number, due: number) {
        asleep.delete(n);
        return alarms.clear(id, n, due);
      },
    };
  }

  /** The scheduler finds the row when its time has come. */
  function awake(n: number, due: number): void {
    late = due;
    programs.ring({ program: ID, n }, new Date(due).toISOString());
    late = 0;
  }

  const resolved = (path: string) => ({ source: 'shop', effect: effectOf(path), hash: 'h', revision: 1 });

  function judge({ path, approved }: CallContext): Judged {
    const decision = path.startsWith('shop.ask') ? 'ask' : path.startsWith('shop.blocked') ? 'block' : 'allow';
    const fault = decision === 'block' && { fault: { code: 'tool_blocked' as const, message: 'blocked' } };
    return { verdict: { decision, rule: 'r' }, resolved: resolved(path), binding: approved ?? 'b', ...fault };
  }

  const call: Logic = {
    machine: callMachine,
    context: CallContext,
    version: 1,
    migrations: {},
    effects: {
      resolve: {
        early: () => true,
        run({ context }) {
          const { path } = context as CallContext;
          if (path.startsWith('shop.none')) throw new FaultError('tool_not_found', `there is no tool ${path}`);
          return resolved(path);
        },
      },
      judge: { early: () => true, run: ({ context }) => judge(context as CallContext) },
      attempt: {
        early: ({ context }) => effectOf((context as CallContext).path) === 'read',
        claim: ({ id, input, context }) =>
          effectOf((context as CallContext).path) === 'read' ? [] : ledger.claim(id, (input as { attempt: number }).attempt),
        settle: ({ id, input, context }, { output }) => {
          const known = (output as Outcome).unknown ? 'unknown' : 'answered';
          return effectOf((context as CallContext).path) === 'read' ? [] : ledger.close(id, (input as { attempt: number }).attempt, known);
        },
        run({ id, input, context, resumed }) {
          const { path, step = 0, input: given } = context as CallContext;
          const isRead = effectOf(path) === 'read';
          if (resumed && !isRead && ledger.open(id, (input as { attempt: number }).attempt)) {
            return { unknown: { code: 'internal', message: 'the daemon stopped' } };
          }
          const asked = blobs.value(given);
          if (!isRead) world.arrived.push(`${step} ${path} ${JSON.stringify(asked)}`);
          return new Promise<Outcome>(resolve => {
            inFlight.set(id, {
              step,
              answer: () => {
                inFlight.delete(id);
                resolve(answerOf(path, asked));
              },
            });
          });
        },
      },
    },
    refuse: snapshot => (snapshot.value === 'failed' && !snapshot.context.resolved ? snapshot.context.fault : undefined),
    sync: () => false,
    index: (id, snapshot) => indexRows(id, String(snapshot.value), snapshot.context),
    due: () => undefined,
  };

  const registry = createRegistry({
    store,
    logics: { call, program: createProgramLogic(programs), source: { ...call, machine: sourceMachine, effects: {} } } as never,
    quarantine: createQuarantine(store, now, () => {}),
    now,
    onPublish: () => {},
    onStep: actor => {
      programs.stepped(actor);
      if (actor.kind !== 'call') return;
      if (['awaitingApproval', 'paused'].includes(actor.state)) waiting.set(actor.id, actor as Actor<'call'>);
      else waiting.delete(actor.id);
    },
  });
  // What waited when the last life ended.
  for (const key of await store.index.keys({ gte: 'pending!', lt: 'pending"' }).all()) {
    const actor = registry.current('call', key.slice('pending!'.length));
    if (actor) waiting.set(actor.id, actor);
  }
  await Promise.race([registry.resume({ limit: 1000 }), died]);

  /** Until nothing moves any more, or the process has ended. */
  async function quiet(): Promise<void> {
    for (let still = 0; still < 25 && !dead; ) {
      const before = [sandbox.busy(), delivered, batches, inFlight.size, waiting.size, program()?.seq].join();
      await turn();
      still =
        !sandbox.busy() && before === [sandbox.busy(), delivered, batches, inFlight.size, waiting.size, program()?.seq].join()
          ? still + 1
          : 0;
    }
  }

  const program = () => registry.current('program', ID);

  return {
    quiet,
    program,
    isDead: () => dead,
    /** How many answers the program has been given. */
    delivered: () => delivered,
    begin: (code: string): void => {
      registry.spawn('program', ID, { id: ID, code: blobs.keep(code), principal: PRINCIPAL, seed: 'seed' });
    },
    /** What may happen next, by the step it happens to. */
    open(): { step: number; happen(): void }[] {
      const events = [...inFlight.values()].map(({ step, answer }) => ({ step, happen: answer }));
      for (const [n, due] of asleep) events.push({ step: n, happen: () => awake(n, due) });
      for (const { id, state, context } of waiting.values()) {
        events.push({ step: context.step!, happen: () => (state === 'paused' ? look(id, context) : decide(id, context)) });
      }
      return events.sort((a, b) => a.step - b.step);
    },
    output: () => createOutput(store).read(ID),
    deadlines: () => store.due.keys().all(),
    /** Writes that were in flight when the process ended, and withdrawn with their program: recorded as what nobody knows. */
    async doubtful(): Promise<string[]> {
      const prefix = `asked!${ID}!`;
      const keys = await store.index.keys({ gte: prefix, lt: `asked!${ID}"` }).all();
      return keys.flatMap(key => {
        const { state, context } = registry.current('call', key.slice(prefix.length))!;
        const isDoubtful = state === 'cancelled' && context.interactions.at(-1)?.kind === 'unknown_outcome';
        return isDoubtful ? [`${context.step} ${context.path} ${JSON.stringify(blobs.value(context.input))}`] : [];
      });
    },
    async end(): Promise<void> {
      programs.close();
      if (!dead) await registry.close(0);
    },
  };

  /** A person approves most things. */
  function decide(id: string, { path, interactions }: CallContext): void {
    const action = path.endsWith('3') ? 'decline' : 'accept';
    registry.send('call', id, { type: 'answer', n: interactions.length, action, by: 'owner' } as never);
  }

  /** A person looks at the other side, and says what is so. */
  function look(id: string, { path, step, input, interactions }: CallContext): void {
    const asked = blobs.value(input);
    const has = world.arrived.includes(`${step} ${path} ${JSON.stringify(asked)}`);
    const answer = has ? { action: 'happened', result: answerOf(path, asked).result } : { action: 'run_again' };
    registry.send('call', id, { type: 'answer', n: interactions.length, by: 'owner', ...answer } as never);
  }
}
export type Life = Awaited<ReturnType<typeof live>>;
