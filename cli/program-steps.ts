import type { JournalStep } from '../machines/schema/execution.ts';
import { outTable } from './columns.ts';
import type { Daemon } from './connect.ts';
import { paintState, took } from './execution-table.ts';
import { note } from './print.ts';
import { executionPath } from './settle.ts';

const SHOWN = 200;

/** Prints the steps of a program, in the order in which it asked. */
export async function outSteps(daemon: Daemon, id: string): Promise<void> {
  const { items, nextCursor } = await daemon.ask<{ items: JournalStep[]; nextCursor?: string }>({
    path: `${executionPath(id)}/journal?limit=${SHOWN}`,
  });
  outTable(items, [
    { heading: 'STEP', cell: step => String(step.n), right: true },
    { heading: 'LINE', cell: step => (step.line === undefined ? '' : String(step.line)), right: true },
    { heading: 'STATE', cell: step => paintState(step.state) },
    { heading: 'TOOK', cell: step => (step.answeredAt ? took(step.askedAt, step.answeredAt) : '-'), right: true },
    { heading: 'WHAT', cell: step => step.tool ?? `${step.kind} ${step.summary.slice(0, 80)}` },
    { heading: 'EXECUTION', cell: step => step.executionId ?? '' },
  ]);
  if (nextCursor) note(`more steps: GET ${executionPath(id)}/journal?cursor=${nextCursor}`);
}
