import type { Policy, Verdict } from '../machines/schema/policy.ts';
import type { Tool } from '../machines/schema/tool.ts';
import type { Catalog } from './catalog.ts';
import type { Policies } from './policies.ts';
import type { Circumstances } from './policy/conditions.ts';
import type { Consideration } from './policy/rulebook.ts';
import { defaultVerdict } from './policy.ts';
import { isStricterDecision } from './strictness.ts';

/** What of a call bears on the decision, besides the tool. */
export type Facts = Omit<Circumstances, 'path' | 'effect' | 'definition' | 'isCall'>;

/** A decision as it is shown, and what it depends on. */
export interface Shown extends Consideration {
  verdict: Verdict;
}

/**
 * The one place where it is decided whether a call runs, asks or is blocked. What is shown of a tool comes out of the same function, so
 * it cannot say anything else.
 */
export function createJudgement(policies: Policies, catalog: Pick<Catalog, 'isHeld' | 'successor'>) {
  function decided(tool: Pick<Tool, 'path' | 'effect' | 'binding'>, rule: Policy | undefined, input: unknown): Verdict {
    const verdict = rule ? { decision: rule.decision, rule: rule.id, pattern: rule.pattern } : byDefault(tool);
    if (verdict.decision === 'block') return verdict;
    // A tool that is new or has changed waits for the owner's review, whatever the rules say.
    if (catalog.isHeld(tool.path)) return { decision: 'block', rule: 'held' };
    if (verdict.decision === 'allow' && alwaysAsks(tool, input)) return { decision: 'ask', rule: 'always' };
    return verdict;
  }

  const circumstances = (tool: Tool, facts: Facts): Circumstances => ({
    ...facts,
    path: tool.path,
    effect: tool.effect,
    definition: tool.hash,
  });

  const ruled = (tool: Tool, facts: Facts): Verdict => decided(tool, policies.deciding(circumstances(tool, facts)), facts.input);

  return {
    /** The decision for a call. Of a tool that has been defined anew since, both definitions must let it run. */
    of(tool: Tool, facts: Facts): Verdict {
      const verdict = ruled(tool, facts);
      const now = catalog.successor(tool);
      const today = now && ruled(now, facts);
      return today && isStricterDecision(today.decision, verdict.decision) ? today : verdict;
    },

    /** The decision for a call of which not everything is known, and what else it may be. */
    shown(tool: Tool, facts: Facts): Shown {
      const consideration = policies.consider(circumstances(tool, facts));
      return { ...consideration, verdict: decided(tool, consideration.decider, facts.input) };
    },
  };
}
export type Judgement = ReturnType<typeof createJudgement>;

const byDefault = ({ effect, binding }: Pick<Tool, 'effect' | 'binding'>): Verdict =>
  binding.asks === true ? { decision: 'ask', rule: 'default:executor' } : defaultVerdict(effect);

/**
 * Whether a person is asked whatever the rules say: what starts a command on this machine, or opens the private network, is never
 * a standing permission.
 */
export function alwaysAsks({ path }: Pick<Tool, 'path'>, input: unknown): boolean {
  if (!path.startsWith('executor.') || typeof input !== 'object' || input === null) return false;
  const { command, allowPrivate } = input as { command?: unknown; allowPrivate?: unknown };
  return command !== undefined || allowPrivate === true;
}
