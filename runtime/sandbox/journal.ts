import { createHash } from 'node:crypto';
import type { Fault } from '../../machines/schema/fault.ts';
import type { Delivery, JournalEntry, Step, StepKind } from './protocol.ts';

const SUMMARY = 200;

/** A step by what it asks: the same request has the same hash in every run. */
export function identify(kind: StepKind, request: string): Pick<Step, 'kind' | 'hash' | 'summary'> {
  const hash = createHash('sha256').update(kind).update('\0').update(request).digest('hex');
  return { kind, hash, summary: request.length > SUMMARY ? `${request.slice(0, SUMMARY)}…` : request };
}

export type Journal = ReturnType<typeof readJournal>;

/** What is recorded of a run, for comparing it with what happens now. */
export function readJournal(entries: readonly JournalEntry[]) {
  const recorded = new Map(entries.map(entry => [entry.n, entry]));
  return {
    knows: (n: number): boolean => recorded.has(n),
    /** Whether this is beyond doubt what was recorded: a request that is short is recorded whole, and needs no hash to be compared. */
    isSame(n: number, kind: StepKind, request: string): boolean {
      const before = recorded.get(n);
      return before !== undefined && before.kind === kind && request.length <= SUMMARY && before.summary === request;
    },
    /** The recorded ends, in the order in which the program was given them. */
    deliveries: (): Delivery[] =>
      entries
        .flatMap(({ n, delivered }) => (delivered ? [{ n, ...delivered }] : []))
        .sort((a, b) => a.order - b.order)
        .map(({ n, at, outcome }) => ({ n, at, outcome })),
    /** Why a step is not the one that was recorded, if it is not. */
    differs(step: Step): Fault | undefined {
      const before = recorded.get(step.n);
      return before && before.hash !== step.hash ? diverged(step.n, before, step) : undefined;
    },
    /** Why a program that asked `count` things is not the recorded one, if it is not. */
    lacks(count: number): Fault | undefined {
      const missing = entries.find(({ n }) => n > count);
      return missing && diverged(missing.n, missing, undefined);
    },
  };
}

type Shown = Pick<Step, 'kind' | 'summary' | 'line'>;

/** The program is not the one that was recorded: both steps, for a person to compare. */
export function diverged(n: number, recorded: Shown | undefined, actual: Shown | undefined): Fault {
  const message = `Step ${n} was recorded as ${wording(recorded)}, and is now ${wording(actual)}. Nothing was called.`;
  return {
    code: 'replay_diverged',
    message,
    details: { step: n, ...(recorded && { recorded: shown(recorded) }), ...(actual && { actual: shown(actual) }) },
  };
}

const shown = ({ kind, summary, line }: Shown) => ({ kind, summary, ...(line !== undefined && { line }) });

const wording = (step: Shown | undefined): string =>
  step ? `${step.kind} ${step.summary}${step.line === undefined ? '' : ` (line ${step.line})`}` : 'nothing';
