import type { CallContext } from '../../machines/schema/call.ts';
import { FaultError, toFault } from '../../machines/schema/fault.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { Stored } from '../../machines/schema/reference.ts';
import type { StartCall } from '../call-start.ts';
import type { Runtime } from '../runtime.ts';
import type { StepError, StepKind } from '../sandbox/protocol.ts';
import type { Op } from '../store.ts';
import { childId } from './child-id.ts';
import type { Simulation } from './simulated.ts';

/** How a step ended: a value that may be kept elsewhere, or an error. */
export type StepEnd = { ok: true; value?: Stored } | { ok: false; error: StepError };

/** A step of a program, for whoever answers it. */
export interface AskedStep {
  program: string;
  principal: Principal;
  traceparent?: string | undefined;
  n: number;
  request: unknown;
  /** Its journal row, for the batch in which it is carried out; given the execution that does so, if one does. */
  row(child?: string): Op;
  /** The program is only tried out. */
  simulate?: boolean | undefined;
}

/** What comes of asking: the execution whose end is the step's end (and what it is now), or the end itself. */
export type AskedCall = { child: string; state?: string; context?: CallContext } | { end: StepEnd; request?: Stored };

/**
 * Who answers what a program asks. It decides how a call is answered: by an execution of its own, which is the rule, or at once, which is how
 * a program is tried out without doing anything.
 */
export interface Answering {
  /** @throws FaultError what the program is to catch as a ToolError */
  call(step: AskedStep): AskedCall;
  /** Searches and descriptions: they do nothing and are asked again after a crash. */
  ask(kind: StepKind, step: Pick<AskedStep, 'principal' | 'request'>): Promise<unknown>;
}

/** The rule: calls are executions, with everything that executions are subject to. */
export function createAnswering({
  startCall,
  tools,
  simulation,
}: {
  startCall: StartCall;
  tools: () => Runtime['tools'];
  simulation: Simulation;
}): Answering {
  return {
    call(step) {
      const { program, principal, traceparent, n, request, row } = step;
      const tried = step.simulate ? simulation(step) : undefined;
      if (tried) return tried;
      const { path, input, connection, idempotencyKey } = request as {
        path: string;
        input: unknown;
        connection?: string;
        idempotencyKey?: string;
      };
      const id = childId(program, n);
      const started = startCall(
        {
          path,
          input,
          principal,
          ...(connection !== undefined && { connection }),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ...(traceparent !== undefined && { traceparent }),
        },
        { id, parent: program, step: n, ops: [row(id)] },
      );
      return 'existing' in started
        ? { child: started.id }
        : { child: started.id, state: started.actor.state, context: started.actor.context };
    },

    async ask(kind, { principal, request }) {
      if (kind === 'describe') return tools().describe((request as { path: string }).path, principal);
      const { query, source, limit, cursor } = request as { query: string; source?: string; limit?: unknown; cursor?: string };
      if (limit !== undefined && !(Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= 1000)) {
        throw new FaultError('invalid_arguments', 'limit must be a whole number from 1 to 1000');
      }
      return tools().search({
        q: query,
        principal,
        limit: (limit as number | undefined) ?? 20,
        ...(source !== undefined && { source }),
        ...(cursor !== undefined && { cursor }),
      });
    },
  };
}

/** How a settled call ends the step that made it. */
export function endOf(state: string, { result, fault, http }: CallContext): StepEnd {
  if (state === 'done') return result ? { ok: true, value: result } : { ok: true };
  return { ok: false, error: errorOf(fault ?? { code: 'internal', message: `the call ended as ${state}` }, http?.status) };
}

/** What the program catches of a fault. */
export function errorOf(thrown: unknown, status?: number): StepError {
  const { code, message, details } = toFault(thrown);
  const seen = status ?? (typeof details?.status === 'number' ? details.status : undefined);
  return { code, message, ...(seen !== undefined && { status: seen }), ...(details && { details }) };
}
