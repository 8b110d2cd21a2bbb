import { type AnyActorScope, type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import type { RowSnapshot } from './store.ts';

/** What a step asks for: effects to start and to stop. */
export interface StepAction {
  type: string;
  params: unknown;
}

export type Step = [next: AnyMachineSnapshot, actions: readonly StepAction[]];

/*
 * XState's `transition()` and `initialTransition()` make a new, never started actor for each step, which costs more than the step itself.
 * A machine's logic is pure, so one such actor does for all steps of a machine; the answers are the same (test/runtime/step.test.ts).
 */
const scopes = new WeakMap<AnyStateMachine, AnyActorScope>();

function scopeOf(machine: AnyStateMachine): AnyActorScope {
  const known = scopes.get(machine);
  if (known) return known;
  const self = createActor(machine, { input: {} as never });
  const nothing = () => {};
  const scope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  } as unknown as AnyActorScope;
  scopes.set(machine, scope);
  return scope;
}

const collecting = (machine: AnyStateMachine, run: (scope: AnyActorScope) => unknown): Step => {
  const actions: StepAction[] = [];
  const next = run({ ...scopeOf(machine), actionExecutor: action => actions.push(action as StepAction) });
  return [next as AnyMachineSnapshot, actions];
};

/** The first step of a machine: pure, nothing is started. */
export const begin = (machine: AnyStateMachine, input: unknown): Step =>
  collecting(machine, scope => machine.getInitialSnapshot(scope as never, input));

/** The step that an event causes: pure, nothing is started. An event that does not fit gives the same snapshot and no actions. */
export const advance = (machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: { type: string }): Step =>
  collecting(machine, scope => machine.transition(snapshot as never, event as never, scope as never));

/** A persisted snapshot as a live one; nothing is started. */
export const revive = (machine: AnyStateMachine, persisted: unknown): AnyMachineSnapshot =>
  machine.restoreSnapshot(persisted as never, scopeOf(machine) as never) as AnyMachineSnapshot;

/**
 * A snapshot as it is stored: what `machine.getPersistedSnapshot()` gives, without its walk through all of the context in search of actors.
 * Contexts are JSON and hold none (DESIGN, rule 7); no machine here has history states.
 */
export function persisted({ status, output, error, value, context, children }: AnyMachineSnapshot): RowSnapshot {
  const stored: RowSnapshot['children'] = {};
  for (const [id, child] of Object.entries(children as Record<string, Child>)) {
    const { src, systemId, _syncSnapshot: syncSnapshot } = child;
    stored[id] = { snapshot: child.getPersistedSnapshot(), src, systemId, syncSnapshot } as RowSnapshot['children'][string];
  }
  return { status, output, error, value, historyValue: {}, context, children: stored } as RowSnapshot;
}

interface Child {
  src: string;
  systemId?: string;
  _syncSnapshot?: boolean;
  getPersistedSnapshot(): unknown;
}
