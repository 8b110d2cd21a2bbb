import type { ChartState } from '../../machines/chart.ts';

/** An event's name as a person reads it: `xstate.done.actor.judge` is "judge done". */
export function eventWord(type: string): string {
  if (type === 'xstate.init') return 'created';
  const [, what, actor] = /^xstate\.(done|error|snapshot)\.actor\.(.+)$/.exec(type) ?? [];
  if (!actor) return type;
  return `${actor} ${what === 'done' ? 'done' : what === 'error' ? 'failed' : 'changed'}`;
}

type Way = ChartState['transitions'][number];

/** What stands at an arrow. Several ways on one event are told apart by their guard, or by their place in the order they are tried. */
export function wayWord(way: Way, ways: readonly Way[]): string {
  const rivals = ways.filter(other => other.event === way.event);
  const word = eventWord(way.event);
  if (rivals.length === 1) return way.guard && way.guard !== 'condition' ? `${word} [${way.guard}]` : word;
  if (!way.guard) return `${word} [else]`;
  return `${word} [${way.guard === 'condition' ? `case ${rivals.indexOf(way) + 1}` : way.guard}]`;
}

/** "awaitingApproval" in words. */
export const stateWord = (state: string): string =>
  state.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
