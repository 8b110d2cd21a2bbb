import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** A statechart as data, for drawing. */
export interface Chart {
  id: string;
  initial: string;
  states: ChartState[];
}

export interface ChartState {
  name: string;
  type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  tags: string[];
  /** Effects that run while the state is active. */
  invokes: { id: string; src: string }[];
  transitions: { event: string; target: string | null; guard?: string }[];
}

/** Draws a machine as data: states in their order, each with where it leads. */
export function chartOf(machine: AnyStateMachine): Chart {
  const { root } = machine;
  return { id: machine.id, initial: String(root.initial.target[0]?.key ?? ''), states: Object.values(root.states).map(stateOf) };
}

function stateOf(node: AnyStateNode): ChartState {
  return {
    name: node.key,
    type: node.type,
    tags: [...node.tags],
    invokes: node.invoke.map(({ id, src }) => ({ id, src: String(src) })),
    transitions: [...node.transitions].flatMap(([event, transitions]) =>
      transitions.map(({ target, guard }) => ({
        event,
        target: target?.[0]?.key ?? null,
        ...(guardName(guard) && { guard: guardName(guard)! }),
      })),
    ),
  };
}

function guardName(guard: unknown): string | undefined {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  return typeof guard === 'function' ? 'condition' : undefined;
}
