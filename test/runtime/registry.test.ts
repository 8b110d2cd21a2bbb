import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { callMachine } from '../../machines/call.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { programMachine } from '../../machines/program.ts';
import { CallContext, type Judged, type Outcome } from '../../machines/schema/call.ts';
import { ProgramContext } from '../../machines/schema/program.ts';
import { sourceMachine } from '../../machines/source.ts';
import type { Published } from '../../runtime/actor.ts';
import { indexRows } from '../../runtime/execution-index.ts';
import { readLog } from '../../runtime/log.ts';
import type { Effect, EffectRequest, Logic } from '../../runtime/logic.ts';
import { createQuarantine } from '../../runtime/quarantine.ts';
import { createRegistry } from '../../runtime/registry.ts';
import { type Db, openStore } from '../../runtime/store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'executor-registry-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const input = (id: string) => ({
  id,
  path: 'shop.orders.create',
  input: { value: {} },
  principal: { id: 'owner', name: 'owner', role: 'owner' as const },
});
const resolved = { source: 'shop', effect: 'write' as const, hash: 'h', revision: 1 };
const judged = (decision: 'ask' | 'allow'): Judged => ({
  verdict: { decision, rule: 'r' },
  resolved,
  binding: decision === 'ask' ? 'b' : '',
});

interface World {
  decision: 'ask' | 'allow';
  attempt: (request: EffectRequest) => unknown;
}

/** One life of the process: a database, a registry on it, and what it publishes. */
async function live(world: World) {
  const db = new ClassicLevel<string, string>(join(directory, 'db'));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  const published: Published[] = [];
  const hearers = new Set<() => void>();
  const attempt: Effect = {
    claim: ({ id }) => [store.put(store.ledger, `${id}!1`, { claimedAt: 'now' })],
    run: request => world.attempt(request),
  };
  const call: Logic = {
    machine: callMachine,
    context: CallContext,
    version: 1,
    migrations: {},
    effects: {
      resolve: { early: () => true, run: () => resolved },
      judge: {
        early: () => true,
        run: ({ context }) => ({ ...judged(world.decision), ...((context as CallContext).approved && { binding: 'b' }) }),
      },
      attempt,
    },
    refuse: snapshot => (snapshot.value === 'failed' ? snapshot.context.fault : undefined),
    sync: () => true,
    index: (id, snapshot) => indexRows(id, String(snapshot.value), snapshot.context),
    due: () => undefined,
  };
  const registry = createRegistry({
    store,
    quarantine: createQuarantine(
      store,
      () => new Date(),
      () => {},
    ),
    logics: {
      call,
      program: { ...call, machine: programMachine, context: ProgramContext, effects: {} },
      source: { ...call, machine: sourceMachine, effects: {} },
      connection: { ...call, machine: connectionMachine, effects: {} },
    },
    now: () => new Date(),
    onPublish: change => {
      published.push(change);
      for (const hear of hearers) hear();
    },
  });
  return {
    store,
    registry,
    published,
    reached: (id: string, state: string) =>
      new Promise<void>(resolve => {
        const look = () => {
          if (published.some(change => change.id === id && change.state === state)) resolve();
        };
        hearers.add(look);
        look();
      }),
    /** What a kill -9 leaves: whatever was handed to the database. */
    async crash() {
      await store.writer.idle();
      await db.close();
    },
  };
}

const never = () => new Promise<Outcome>(() => {});

test('a write leaves only after its row, its log and its claim are stored', async () => {
  let seen: unknown;
  const life = await live({
    decision: 'allow',
    attempt: async ({ id }) => {
      seen = { row: life.store.actor.getSync(`call:${id}`)?.snapshot.value, claim: life.store.ledger.getSync(`${id}!1`) };
      return { result: { value: 1 } };
    },
  });
  life.registry.spawn('call', 'e1', input('e1'));
  assert.equal(seen, undefined, 'it has not left in the same tick');
  await life.reached('e1', 'done');
  assert.deepEqual(seen, { row: 'running', claim: { claimedAt: 'now' } });
  await life.crash();
});

test('the log has every event, the row the last state, and nothing is published twice or before it is stored', async () => {
  const life = await live({ decision: 'ask', attempt: async () => ({ result: { value: 1 } }) });
  life.registry.spawn('call', 'e1', input('e1'));
  await life.reached('e1', 'awaitingApproval');
  const log = await readLog(life.store, 'call:e1');
  assert.deepEqual(
    log.map(({ seq, event, state }) => [seq, event.type, state]),
    [
      [1, 'xstate.init', 'resolving'],
      [2, 'xstate.done.actor.resolve', 'judging'],
      [3, 'xstate.done.actor.judge', 'awaitingApproval'],
    ],
  );
  assert.deepEqual(
    life.published.map(({ seq, state }) => [seq, state]),
    [[3, 'awaitingApproval']],
  );
  await life.crash();
});

test('what waits is not in memory, and is there again after a crash', async () => {
  const first = await live({ decision: 'ask', attempt: never });
  first.registry.spawn('call', 'e1', input('e1'));
  await first.reached('e1', 'awaitingApproval');
  assert.equal(first.registry.size(), 0);
  await first.crash();

  let attempts = 0;
  const second = await live({
    decision: 'ask',
    attempt: async () => {
      attempts += 1;
      return { result: { value: 1 } };
    },
  });
  assert.deepEqual(await second.registry.resume({ limit: 3 }), []);
  second.registry.send('call', 'e1', { type: 'answer', n: 1, action: 'accept', by: 'owner' } as never);
  await second.reached('e1', 'done');
  assert.equal(attempts, 1);
  assert.deepEqual(await second.store.index.keys({ gte: 'state!', lt: 'state"' }).all(), ['state!done!e1']);
  await second.crash();
});

test('an effect that was under way at a crash is started again, and told so', async () => {
  const first = await live({ decision: 'allow', attempt: never });
  first.registry.spawn('call', 'e1', input('e1'));
  await first.reached('e1', 'running');
  await first.crash();

  const seen: boolean[] = [];
  const second = await live({
    decision: 'allow',
    attempt: async ({ resumed }) => {
      seen.push(resumed);
      return { unknown: { code: 'internal', message: 'crash' } };
    },
  });
  await second.registry.resume({ limit: 3 });
  await second.reached('e1', 'paused');
  assert.deepEqual(seen, [true]);
  await second.crash();
});

test('a row that ends the process again and again is set aside with the reason, and the others go on', async () => {
  const first = await live({ decision: 'allow', attempt: never });
  first.registry.spawn('call', 'bad', input('bad'));
  first.registry.spawn('call', 'good', input('good'));
  await Promise.all([first.reached('bad', 'running'), first.reached('good', 'running')]);
  await first.crash();
  for (let boot = 1; boot <= 3; boot++) {
    const life = await live({ decision: 'allow', attempt: never });
    assert.deepEqual(await life.registry.resume({ limit: 3 }), [], `boot ${boot}`);
    if (boot === 2) await life.store.write([life.store.put(life.store.active, 'call:good', { boots: 0 })]);
    await life.crash();
  }
  const last = await live({ decision: 'allow', attempt: async () => ({ result: { value: 1 } }) });
  assert.deepEqual(await last.registry.resume({ limit: 3 }), ['call:bad']);
  await last.reached('good', 'done');
  assert.throws(() => last.registry.current('call', 'bad'), /quarantined.*3 times/);
  await last.crash();
});

test('a row that is no row is quarantined when it is touched, and stays where it is', async () => {
  const life = await live({ decision: 'ask', attempt: never });
  await life.store.write([
    life.store.put(life.store.actor, 'call:odd', {
      kind: 'call',
      version: 1,
      seq: 3,
      at: '',
      snapshot: { status: 'active', value: 'gone', context: {}, children: {} },
    }),
    life.store.put(life.store.actor, 'call:new', {
      kind: 'call',
      version: 99,
      seq: 3,
      at: '',
      snapshot: { status: 'active', value: 'running', context: {}, children: {} },
    }),
  ]);
  assert.throws(() => life.registry.send('call', 'odd', { type: 'cancel', by: 'owner' } as never), /quarantined/);
  assert.throws(() => life.registry.send('call', 'new', { type: 'cancel', by: 'owner' } as never), /version 99/);
  await life.store.writer.idle();
  assert.equal((await life.store.quarantine.keys().all()).length, 2);
  assert.ok(life.store.actor.getSync('call:odd'));
  await life.crash();
});

test('what is refused at once leaves nothing behind', async () => {
  const life = await live({ decision: 'allow', attempt: never });
  const logics = life.registry;
  assert.throws(() =>
    logics.spawn('call', 'e1', {
      ...input('e1'),
      get path(): string {
        throw new Error('no');
      },
    }),
  );
  assert.equal(await life.store.actor.get('call:e1'), undefined);
  await life.crash();
});

test('two events in one tick are two log entries and one row', async () => {
  const life = await live({ decision: 'ask', attempt: never });
  life.registry.spawn('call', 'e1', input('e1'));
  life.registry.send('call', 'e1', { type: 'cancel', by: 'owner' } as never);
  await life.reached('e1', 'cancelled');
  assert.deepEqual(
    life.published.map(({ seq }) => seq),
    [4],
  );
  await life.crash();
});
