import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import type { Tally } from '../../machines/schema/program.ts';
import type { Actor } from '../actor.ts';
import type { Blobs } from '../blobs.ts';
import { executionView, isWaiting, shownValue } from '../views.ts';
import { childId } from './child-id.ts';

/** Values of calls up to this size are shown with their program. */
const SMALL_BYTES = 2048;

/** The view of a program: its interactions are its calls'. */
export function programView(
  { id, state, context }: Actor<'program'>,
  parts: {
    plan: (id: string) => unknown[];
    blobs: Blobs;
    base: () => string;
    tally: Tally | undefined;
    call: (id: string) => Actor<'call'> | undefined;
  },
): ExecutionView {
  const { blobs, base, call } = parts;
  const tally = parts.tally ?? context.calls;
  const view = (step: number): ExecutionView[] => {
    const actor = call(childId(id, step));
    return actor ? [executionView(actor, { blobs, base, most: SMALL_BYTES })] : [];
  };
  const asked = tally.asked.flatMap(view);
  const interactions: InteractionView[] = asked.flatMap(child => child.interactions);
  const code = shownValue(context.code, { blobs });
  return {
    id,
    kind: 'program',
    state: state as ExecutionView['state'],
    principal: context.principal.id,
    input: { code, ...(context.timeoutMs !== undefined && { timeoutMs: context.timeoutMs }) },
    interactions,
    calls: { total: tally.total, waiting: asked.filter(child => isWaiting(child.state)).length, items: tally.first.flatMap(view) },
    startedAt: context.startedAt,
    ...(context.principal.client && { client: context.principal.client }),
    ...(context.simulate && { simulate: true, ...(context.endedAt && { plan: parts.plan(id) }) }),
    ...(context.plan !== undefined && { plannedBy: context.plan }),
    ...(context.forkedFrom && { forkedFrom: context.forkedFrom }),
    ...(context.result && {
      result: shownValue(context.result, { blobs, page: `GET ${base()}/api/executions/${id}/result with a Range header gives all of it` }),
    }),
    ...(context.fault && { error: context.fault }),
    ...(context.endedAt && { endedAt: context.endedAt }),
  };
}
