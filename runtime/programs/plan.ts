import type { CallContext } from '../../machines/schema/call.ts';
import type { Verdict } from '../../machines/schema/policy.ts';
import type { PlannedWrite } from '../../machines/schema/program.ts';
import type { Tool } from '../../machines/schema/tool.ts';
import { shownInput } from '../approval-request.ts';
import type { Blobs } from '../blobs.ts';
import { canonical } from '../canonical.ts';
import type { Catalog } from '../catalog.ts';
import { alwaysAsks } from '../judgement.ts';
import type { Registry } from '../registry.ts';
import type { Journal } from './journal.ts';

/** A planned write as it is shown: which step it is, and what it would do. */
export interface ShownPlan extends Omit<PlannedWrite, 'definition'> {
  step: number;
}

/** What a tried-out program would have done, and whether a real run keeps to it. */
export function createPlans(parts: { journal: Journal; blobs: Blobs; catalog: Catalog; registry: () => Registry }) {
  const { journal, blobs, catalog, registry } = parts;

  const writeAt = (program: string, step: number): PlannedWrite | undefined => {
    const row = journal.stepAt(program, step);
    return row?.kind === 'call' && row.child === undefined && row.request ? (blobs.value(row.request) as PlannedWrite) : undefined;
  };

  return {
    /** The writes of a tried-out program, in the order in which it asked for them. */
    shown(program: string): ShownPlan[] {
      return journal.stepsOf(program).flatMap(({ n }) => {
        const planned = writeAt(program, n);
        if (!planned) return [];
        const { definition: _, input, ...rest } = planned;
        return [{ step: n, ...rest, input: shownOf(rest.tool, input) }];
      });
    },

    /**
     * What the decision on a call becomes in a run whose plan was approved: the planned call runs, in its place and as it was planned, once;
     * any other write asks, whatever the rules allow. What is blocked stays so.
     */
    verdict({ parent, step, connection }: CallContext, tool: Tool, input: unknown, verdict: Verdict): Verdict {
      const program = parent === undefined ? undefined : registry().current('program', parent);
      const plan = program?.context.plan;
      if (plan === undefined || verdict.decision === 'block') return verdict;
      const planned = step === undefined ? undefined : writeAt(plan, step);
      const isPlanned =
        planned !== undefined &&
        planned.tool === tool.path &&
        planned.definition === tool.hash &&
        planned.connection === connection &&
        canonical(planned.input) === canonical(input);
      if (isPlanned && !alwaysAsks(tool, input)) return { decision: 'allow', rule: `plan:${plan}` };
      return verdict.decision === 'allow' && tool.effect !== 'read' ? { decision: 'ask', rule: `plan:${plan}` } : verdict;
    },
  };

  function shownOf(path: string, input: unknown): unknown {
    try {
      return shownInput(catalog.find(path).tool, input);
    } catch {
      // Its source was removed since.
      return input;
    }
  }
}
export type Plans = ReturnType<typeof createPlans>;
