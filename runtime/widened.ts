import type { Effect } from '../machines/schema/tool.ts';
import type { Policies } from './policies.ts';
import { defaultVerdict } from './policy.ts';

/** A tool before and after a refresh: its effect, and the hash of its definition. */
export interface Changed {
  before?: { effect: Effect; hash: string };
  after: { effect: Effect; hash: string };
}

/**
 * Which added or changed tools widen what an agent may do without asking anybody: a write that a rule lets run, or one whose effect is
 * now called a read. They wait for a review; what asks anyway needs none.
 */
export function widened(tools: ReadonlyMap<string, Changed>, runs: (path: string) => boolean): string[] {
  const found: string[] = [];
  for (const [path, { before, after }] of tools) {
    if (!runs(path)) continue;
    const isWrite = after.effect !== 'read';
    const isSoftened = before !== undefined && before.effect !== 'read' && after.effect === 'read';
    if (isWrite || isSoftened) found.push(path);
  }
  return found;
}

/** Whether some call of a tool may run without asking anybody. What was remembered of another definition of it is void. */
export function mayRun(policies: Policies, path: string, { effect, hash }: Changed['after']): boolean {
  const { decider, possible } = policies.consider({ path, effect, definition: hash });
  return (decider ?? defaultVerdict(effect)).decision === 'allow' || possible.some(({ decision }) => decision === 'allow');
}
