import type { Errand } from './errand.ts';
import type { Evidence } from './evidence.ts';

/** What came of it, for the statistics. */
export interface WorldReport {
  kills: Record<string, number>;
  executions: number;
  commits: number;
  unknown: number;
  states: Record<string, number>;
}

/** Counts what a world has come to. */
export function tally(
  { rows }: Evidence,
  kills: Record<string, number>,
  { arrivals }: { arrivals(marker: string): readonly { committed: boolean }[] },
  errands: ReadonlyMap<string, Errand>,
): WorldReport {
  const report: WorldReport = { kills, executions: 0, commits: 0, unknown: 0, states: {} };
  for (const { kind, snapshot } of rows.values()) {
    if (kind !== 'call') continue;
    report.executions += 1;
    report.states[snapshot.value] = (report.states[snapshot.value] ?? 0) + 1;
    const { interactions } = snapshot.context as { interactions: { kind: string }[] };
    if (interactions.some(interaction => interaction.kind === 'unknown_outcome')) report.unknown += 1;
  }
  for (const marker of errands.keys()) report.commits += arrivals(marker).filter(({ committed }) => committed).length;
  return report;
}
