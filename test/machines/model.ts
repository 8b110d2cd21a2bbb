import assert from 'node:assert/strict';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import { type AnyMachineSnapshot, type AnyStateMachine, createActor, initialTransition, transition } from 'xstate';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';

export interface Step {
  type: string;
  [key: string]: unknown;
}

/** A machine, and everything that can happen to it. */
export interface Model {
  machine: AnyStateMachine;
  input: unknown;
  context: TSchema;
  /** The events by which every state is to be reached. */
  alphabet: readonly Step[];
  /** The same with whatever the world may put into them. */
  wild: fc.Arbitrary<Step>;
  /** What makes two snapshots the same for exploring: without it a counter makes the space endless. */
  essence(snapshot: AnyMachineSnapshot): string;
}

const AT = '2026-01-01T00:00:00.000Z';
export const done = (id: string, output: unknown): Step => ({ type: `xstate.done.actor.${id}`, output, actorId: id, at: AT });
export const failed = (id: string, error: unknown): Step => ({ type: `xstate.error.actor.${id}`, error, actorId: id, at: AT });
export const event = (type: string, more: object = {}): Step => ({ type, at: AT, ...more });

/** A JSON value that survives the round trip: -0 and undefined do not. */
export const json = fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown);

export const first = ({ machine, input }: Model): AnyMachineSnapshot => initialTransition(machine, input as never)[0] as AnyMachineSnapshot;
export const after = (machine: AnyStateMachine, snapshot: AnyMachineSnapshot, step: Step) =>
  transition(machine, snapshot as never, step as never) as unknown as [AnyMachineSnapshot, { type: string; params?: unknown }[]];

const exploring = ({ input, alphabet, essence }: Model) => ({
  input: input as never,
  events: alphabet as never,
  serializeState: (snapshot: AnyMachineSnapshot) => essence(snapshot),
  serializeEvent: (step: Step) => JSON.stringify(step),
  limit: 100_000,
});

/** The snapshots that are reached, each by the shortest way. */
export const reached = (model: Model): AnyMachineSnapshot[] =>
  getShortestPaths(model.machine, exploring(model) as never).map(({ state }) => state as unknown as AnyMachineSnapshot);

/** Every state the machine has is reached by some sequence of events. */
export function assertAllReachable(model: Model): void {
  const states = Object.keys(model.machine.states);
  const found = new Set(reached(model).map(({ value }) => String(value)));
  assert.deepEqual(
    states.filter(state => !found.has(state)),
    [],
  );
}

/**
 * From wherever it may be, it can still come to an end: a final state, or what is one to `end`; `without` events that begin it anew.
 */
export function assertWayOut(
  model: Model,
  { end = ({ status }) => status === 'done', without = [] }: { end?: (state: AnyMachineSnapshot) => boolean; without?: string[] } = {},
): void {
  const counts = (step: string): boolean => !without.includes((JSON.parse(step) as Step).type);
  const map = Object.values(getAdjacencyMap(model.machine, exploring(model) as never)) as unknown as {
    state: AnyMachineSnapshot;
    transitions: Record<string, { state: AnyMachineSnapshot }>;
  }[];
  const ending = new Set(map.filter(({ state }) => end(state)).map(({ state }) => model.essence(state)));
  for (let size = -1; size !== ending.size; ) {
    size = ending.size;
    for (const { state, transitions } of map)
      if (Object.entries(transitions).some(([step, next]) => counts(step) && ending.has(model.essence(next.state))))
        ending.add(model.essence(state));
  }
  assert.deepEqual(
    map.map(({ state }) => model.essence(state)).filter(essence => !ending.has(essence)),
    [],
  );
}

/**
 * What has ended stays as it is, and starts nothing. Failures of effects are left out: XState puts whatever does not handle one in error,
 * ended or not, and the registry hands in none of an effect that was stopped.
 */
export function assertFinalIsFinal(model: Model): void {
  const ends = reached(model).filter(({ status }) => status === 'done');
  assert.ok(ends.length > 0);
  for (const end of ends) {
    for (const step of model.alphabet.filter(({ type }) => !type.startsWith('xstate.error.'))) {
      const [next, actions] = after(model.machine, end, step);
      assert.ok(next === end && actions.length === 0, `${step.type} does something in ${end.value}`);
    }
  }
}

const persist = (machine: AnyStateMachine, snapshot: AnyMachineSnapshot): string =>
  JSON.stringify(machine.getPersistedSnapshot(snapshot as never));
/** The order of keys means nothing: a field that was cleared comes back at its old place only where nothing was stored between. */
const same = (one: string, other: string, when: string) => assert.deepEqual(JSON.parse(one), JSON.parse(other), when);
const effects = (actions: readonly { type: string; params?: unknown }[]): string =>
  JSON.stringify(actions.filter(({ type }) => type.startsWith('xstate.')).map(({ type, params }) => [type, nameOf(params)]));
const nameOf = (params: unknown) => {
  if (typeof params === 'string') return params;
  const { id, src, input } = params as { id: string; src?: unknown; input?: unknown };
  return { id, src, input };
};

/** Stored and restored at every step it does what it does uninterrupted, and its context always fits its schema. */
export function assertSurvivesRestoring(model: Model): void {
  const { machine, context, alphabet } = model;
  // Half of the steps are drawn among what does something now, so that the depths are seen too.
  const steps = fc.array(fc.oneof(fc.nat(1000), model.wild), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(steps, drawn => {
      let live = first(model);
      let stored = persist(machine, live);
      for (const draw of drawn) {
        const moving = typeof draw === 'number' ? alphabet.filter(step => after(machine, live, step)[0] !== live) : [];
        const step = typeof draw === 'number' ? moving[draw % Math.max(moving.length, 1)] : draw;
        // The registry hands in no end of an effect that is not under way.
        if (!step || (step.actorId !== undefined && !(String(step.actorId) in live.children))) continue;
        const restored = createActor(machine, { snapshot: JSON.parse(stored) as never }).getSnapshot() as AnyMachineSnapshot;
        same(persist(machine, restored), stored, 'persisting it again');
        const [next, actions] = after(machine, live, step);
        const [again, sameActions] = after(machine, restored, step);
        same(persist(machine, again), persist(machine, next), `after ${step.type}`);
        assert.equal(effects(sameActions), effects(actions), `the effects of ${step.type}`);
        live = next;
        stored = persist(machine, live);
        const [wrong] = Value.Errors(context, JSON.parse(JSON.stringify(live.context)));
        assert.equal(wrong, undefined, `the context after ${step.type} fits its schema: ${wrong?.path} ${wrong?.message}`);
      }
    }),
    { numRuns: 250 },
  );
}
