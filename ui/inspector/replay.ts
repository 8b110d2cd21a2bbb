import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { callMachine } from '../../machines/call.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { programMachine } from '../../machines/program.ts';
import type { LogEntry } from '../../machines/schema/execution.ts';
import { sourceMachine } from '../../machines/source.ts';

/** One recorded step with what the machine makes of it. */
export interface Step {
  seq: number;
  at: string;
  event: { type: string };
  state: string;
  /** Missing where the step could not be computed again. */
  context?: unknown;
  effects: { id: string; src: string; input?: unknown }[];
}

export interface Replay {
  steps: Step[];
  /** Why the context of some steps is not known. */
  problem?: string;
}

const MACHINES: Record<string, unknown> = {
  call: callMachine,
  program: programMachine,
  source: sourceMachine,
  connection: connectionMachine,
};

/**
 * Plays a recorded log through the machine again, in the browser; nothing is done, only computed. Where the machine is unknown here,
 * or no longer leads to what was recorded, the recorded states stand and the contexts are left out.
 */
export function replay(kind: string, entries: readonly LogEntry[]): Replay {
  const recorded = entries.map(entry => ({ ...entry, event: asEvent(entry.event), effects: [] }) as Step);
  const machine = MACHINES[kind] as AnyStateMachine | undefined;
  if (!machine) return { steps: recorded, problem: `This page does not know the machine "${kind}"; it shows what was recorded.` };
  const [first] = recorded;
  if (first && first.event.type !== 'xstate.init') return { steps: recorded, problem: 'The beginning of this log is no longer kept.' };
  let snapshot: AnyMachineSnapshot | undefined;
  try {
    for (const [index, step] of recorded.entries()) {
      snapshot = (
        snapshot
          ? transition(machine, snapshot, step.event)[0]
          : initialTransition(machine, (step.event as { input?: unknown }).input as never)[0]
      ) as AnyMachineSnapshot;
      if (String(snapshot.value) !== step.state) {
        return {
          steps: recorded,
          problem: `From step ${step.seq} on the machine has changed since: ${snapshot.value} instead of ${step.state}.`,
        };
      }
      recorded[index] = { ...step, context: plain(snapshot.context), effects: effectsOf(machine, snapshot) };
    }
  } catch (error) {
    return { steps: recorded, problem: `The log could not be played again: ${error instanceof Error ? error.message : String(error)}` };
  }
  return { steps: recorded };
}

/** What the machine has asked for and not heard of yet. */
function effectsOf(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): Step['effects'] {
  if (snapshot.status !== 'active') return [];
  const { children } = machine.getPersistedSnapshot(snapshot as never) as unknown as {
    children: Record<string, { src: string; snapshot?: { input?: unknown } }>;
  };
  return Object.entries(children).map(([id, child]) => {
    const input = child.snapshot?.input;
    return { id, src: String(child.src), ...(input !== undefined && { input: plain(input) }) };
  });
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

const asEvent = (event: unknown): { type: string } =>
  typeof event === 'object' && event !== null && 'type' in event ? (event as { type: string }) : { type: String(event) };
