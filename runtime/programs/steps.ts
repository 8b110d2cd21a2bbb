import type { JournalStep } from '../../machines/schema/execution.ts';
import type { Actor } from '../actor.ts';
import type { Blobs } from '../blobs.ts';
import type { Page } from '../runtime.ts';
import { shownValue } from '../views.ts';
import type { Recorded } from './journal.ts';
import type { StepRow } from './rows.ts';

const SHOWN_BYTES = 2048;

/** The steps of a program as people look at them, in the order of asking. */
export function stepsPage(
  recorded: Recorded,
  parts: { blobs: Blobs; call: (id: string) => Actor<'call'> | undefined; limit: number; after: number },
): Page<JournalStep> {
  const rows = [...recorded.steps.values()].filter(({ n }) => n > parts.after).sort((a, b) => a.n - b.n);
  const items = rows.slice(0, parts.limit).map(row => stepView(row, recorded, parts));
  return rows.length > items.length ? { items, nextCursor: String(items.at(-1)!.n) } : { items };
}

function stepView(
  { n, kind, line, summary, tool, child, at, kept }: StepRow,
  { deliveries }: Recorded,
  { blobs, call }: { blobs: Blobs; call: (id: string) => Actor<'call'> | undefined },
): JournalStep {
  const delivery = deliveries.get(n);
  const value = delivery?.value && shownValue(delivery.value, { blobs, most: SHOWN_BYTES });
  const ended = delivery?.ok ? 'done' : 'failed';
  return {
    n,
    kind,
    summary,
    state: (child !== undefined && call(child)?.state) || (delivery ? ended : 'running'),
    askedAt: at,
    ...(line !== undefined && { line }),
    ...(tool !== undefined && { tool }),
    ...(child !== undefined && { executionId: child }),
    ...(delivery && { order: delivery.order, answeredAt: delivery.at }),
    ...(delivery && (delivery.ok ? value !== undefined && { result: value } : { error: value })),
    ...(kept && { kept }),
  };
}
