import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyMachineSnapshot, assign, createActor, createMachine, fromPromise, initialTransition, setup, transition } from 'xstate';

/*
 * What the runtime relies on of XState (STYLE, section 5). When XState changes its mind, it is to be learned here, not in production.
 */

let started = 0;
const effect = fromPromise<string, { n: number }>(async () => {
  started += 1;
  return 'run by XState itself';
});

const machine = setup({
  types: { context: {} as { n: number }, input: {} as { n: number }, events: {} as { type: 'go' } | { type: 'stop' } | { type: 'noise' } },
  actors: { work: effect },
}).createMachine({
  id: 'job',
  version: '7',
  context: ({ input }) => ({ n: input.n }),
  initial: 'idle',
  states: {
    idle: { on: { go: 'working' } },
    working: {
      on: { stop: 'idle' },
      invoke: {
        id: 'work',
        src: 'work',
        input: ({ context }) => ({ n: context.n }),
        onDone: { target: 'ended', actions: assign({ n: ({ context }) => context.n + 1 }) },
        onError: 'idle',
      },
    },
    ended: { type: 'final' },
  },
});

const start = () => initialTransition(machine, { n: 1 })[0];
const working = () => transition(machine, start(), { type: 'go' })[0];
const stored = (snapshot: AnyMachineSnapshot) => JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot as never)));
const restored = (row: unknown) =>
  createActor(machine, { snapshot: row as never, input: { n: 0 } }).getSnapshot() as ReturnType<typeof start>;
const end = (type: string, more: object) => ({ type: `xstate.${type}.actor.work`, actorId: 'work', ...more }) as never;

test('an event that nothing waits for gives the very same snapshot and no actions', () => {
  const before = start();
  const [after, actions] = transition(machine, before, { type: 'noise' });
  assert.equal(after, before);
  assert.deepEqual(actions, []);
});

test('a transition runs nothing: an effect to start is an action with its id, its source by name and its input', () => {
  started = 0;
  const [, actions] = transition(machine, start(), { type: 'go' });
  assert.equal(started, 0);
  assert.deepEqual(
    actions.map(({ type }) => type),
    ['xstate.spawnChild'],
  );
  const { id, src, input } = actions[0]!.params as unknown as { id: string; src: string; input: unknown };
  assert.deepEqual({ id, src, input }, { id: 'work', src: 'work', input: { n: 1 } });
});

test('leaving a state stops its effect, by an action that names it; so does the end of the effect itself', () => {
  const nameOf = (params: unknown) => (typeof params === 'string' ? params : (params as { id: string }).id);
  for (const event of [{ type: 'stop' as const }, end('done', { output: 'x' })]) {
    const actions: readonly { type: string; params?: unknown }[] = transition(machine, working(), event)[1];
    const stopping = actions.filter(({ type }) => type === 'xstate.stopChild');
    assert.deepEqual(
      stopping.map(({ params }) => nameOf(params)),
      ['work'],
    );
  }
});

test('an effect under way is stored with its source by name and its input, in clear', () => {
  const { children } = stored(working()) as { children: Record<string, { src: string; snapshot: { status: string; input: unknown } }> };
  assert.deepEqual(Object.keys(children), ['work']);
  assert.equal(children.work?.src, 'work');
  assert.deepEqual(children.work?.snapshot, { status: 'active', input: { n: 1 } });
});

test('an actor that is created from a row and never started runs nothing, and its snapshot goes on as the original does', () => {
  started = 0;
  const row = stored(working());
  const snapshot = restored(structuredClone(row));
  assert.equal(started, 0);
  assert.deepEqual(stored(snapshot), row);
  const [after] = transition(machine, snapshot, end('done', { output: 'x' }));
  assert.deepEqual(stored(after), stored(transition(machine, working(), end('done', { output: 'x' }))[0]));
  assert.equal(after.value, 'ended');
});

test('a started actor does run its effects again: that is why the registry starts none', async () => {
  started = 0;
  const actor = createActor(machine, { snapshot: stored(working()) as never, input: { n: 0 } }).start();
  await new Promise<void>(resolve => actor.subscribe({ complete: resolve }));
  assert.equal(started, 1);
});

test('a row whose state is not known does not throw: its snapshot is in error', () => {
  const snapshot = restored({ ...stored(start()), value: 'renamed' });
  assert.equal(snapshot.status, 'error');
});

test('a row whose effect has an unknown source loses the effect without a word', () => {
  const row = stored(working());
  row.children.work.src = 'renamed';
  const snapshot = restored(row);
  assert.equal(snapshot.status, 'active');
  assert.deepEqual(Object.keys(snapshot.children), []);
});

test('a snapshot made by resolveState has no effects', () => {
  assert.deepEqual(Object.keys(machine.resolveState({ value: 'working', context: { n: 1 } }).children), []);
});

test('a failed effect that no state handles puts the actor in error; one that ended normally and late is ignored', () => {
  assert.equal(transition(machine, start(), end('error', { error: 'late' }))[0].status, 'error');
  const idle = start();
  assert.equal(transition(machine, idle, end('done', { output: 'late' }))[0], idle);
});

test('a context is restored as it is: fields that are new since then are not filled in', () => {
  const grown = createMachine({ id: 'job', context: { n: 0, added: true }, initial: 'idle', states: { idle: {} } });
  const snapshot = createActor(grown, { snapshot: { ...stored(start()) } as never }).getSnapshot();
  assert.deepEqual(snapshot.context, { n: 1 });
});

test('neither the machine nor its version is in the row, and a cleared field is gone after JSON', () => {
  const row = machine.getPersistedSnapshot(start()) as unknown as Record<string, unknown>;
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(row))).sort(), ['children', 'context', 'historyValue', 'status', 'value']);
  assert.equal(JSON.stringify({ cleared: undefined }), '{}');
});

test('timers of a state are lost: after a restore nothing fires', () => {
  const timed = createMachine({ id: 't', initial: 'a', states: { a: { after: { 1: 'b' } }, b: {} } });
  const row = JSON.parse(JSON.stringify(createActor(timed).start().getPersistedSnapshot()));
  const scheduled: unknown[] = [];
  const clock = { setTimeout: (fn: unknown) => scheduled.push(fn), clearTimeout: () => {} };
  createActor(timed, { snapshot: row, clock }).start();
  assert.equal(scheduled.length, 0);
});
