import type { ExecutionView } from '../machines/schema/execution.ts';
import { outTable } from './columns.ts';
import { type Colour, paint } from './print.ts';

/** Prints executions as a table. */
export function outExecutions(views: readonly ExecutionView[]): void {
  outTable(views, [
    { heading: 'ID', cell: view => view.id },
    { heading: 'STATE', cell: view => view.state },
    { heading: 'STARTED', cell: view => timeOf(view.startedAt) },
    { heading: 'TOOK', cell: view => (view.endedAt ? took(view.startedAt, view.endedAt) : '-'), right: true },
    { heading: 'BY', cell: view => view.principal },
    { heading: 'TOOL', cell: view => view.tool ?? view.kind },
  ]);
}

const COLOURS: Record<string, Colour> = {
  done: 'green',
  failed: 'red',
  denied: 'red',
  cancelled: 'dim',
  awaitingApproval: 'yellow',
  paused: 'yellow',
  authenticating: 'yellow',
};

/** A state in the colour of what it means. */
export function paintState(state: string): string {
  const colour = COLOURS[state];
  return colour ? paint(colour, state) : state;
}

/** A time as people read it, to the second, in this machine's zone. */
export function timeOf(iso: string): string {
  const time = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return Number.isNaN(time.getTime()) ? iso : `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** How long something took: `41 ms`, `3.2 s`, `5 min`, `2 h`. */
export function took(from: string, to: string): string {
  const ms = new Date(to).getTime() - new Date(from).getTime();
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
