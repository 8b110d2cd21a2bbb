import { createSandboxPool, type SandboxOptions } from '../../../runtime/sandbox/pool.ts';
import type { Delivery, JournalEntry, Outcome, Output, Program, Step, StepOutcome } from '../../../runtime/sandbox/protocol.ts';
import { at, startedAt } from './local.ts';

export type Answer = (step: Step, request: Record<string, unknown>) => StepOutcome | undefined | Promise<StepOutcome | undefined>;

export interface Told {
  outcome: Outcome;
  /** The result, or undefined when it failed. */
  result: unknown;
  steps: Step[];
  output: Output[];
  journal: JournalEntry[];
}

export const ok = (value: unknown): StepOutcome => ({ ok: true, json: JSON.stringify(value) });
export const failed = (code: string, message: string, more: { status?: number; details?: unknown } = {}): StepOutcome => ({
  ok: false,
  error: { code, message, ...more },
});

/** A pool with a host that keeps a journal and answers each step as it is told to; undefined leaves it open. */
export function openPool(options: SandboxOptions = {}) {
  const pool = createSandboxPool(options);
  let second = 0;

  function run(
    program: Partial<Program> & { code: string },
    answer: Answer = (_, request) => ok(request),
    signal?: AbortSignal,
  ): { told: Promise<Told>; park: () => void; idle: Promise<readonly number[]> } {
    const steps: Step[] = [];
    const output: Output[] = [];
    const journal = new Map<number, JournalEntry>((program.journal ?? []).map(entry => [entry.n, entry]));
    let order = [...journal.values()].filter(({ delivered }) => delivered).length;
    let idle!: (waiting: readonly number[]) => void;
    const idled = new Promise<readonly number[]>(resolve => {
      idle = resolve;
    });
    const end = (n: number, outcome: StepOutcome): void => {
      const delivery: Delivery = { n, at: at(++second), outcome };
      journal.set(n, { ...journal.get(n)!, delivered: { order: order++, at: delivery.at, outcome } });
      started.deliver(delivery);
    };
    const started = pool.start(
      { seed: 'seed', startedAt, journal: [], ...program },
      {
        issued: fresh => {
          for (const step of fresh) {
            steps.push(step);
            const { n, kind, hash, summary, line } = step;
            journal.set(n, { n, kind, hash, summary, ...(line !== undefined && { line }) });
            const given = answer(step, JSON.parse(step.request));
            if (given instanceof Promise) void given.then(outcome => outcome && end(n, outcome));
            else if (given) end(n, given);
          }
        },
        output: items => {
          for (const item of items) output[item.i] = item;
        },
        idle: waiting => {
          if (waiting.every(n => !journal.get(n)?.delivered)) idle(waiting);
        },
      },
      signal,
    );
    const told = started.outcome.then(outcome => ({
      outcome,
      result: outcome.type === 'done' ? JSON.parse(outcome.json) : undefined,
      steps,
      output,
      journal: [...journal.values()],
    }));
    return { told, park: started.park, idle: idled };
  }

  return { ...pool, run };
}

export const fault = ({ outcome }: Told) => {
  if (outcome.type !== 'failed') throw new Error(`it ended as ${JSON.stringify(outcome).slice(0, 300)}`);
  return outcome.fault;
};
