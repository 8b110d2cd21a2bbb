import type { Policy } from '../../machines/schema/policy.ts';
import { checkPattern, rankOf } from '../policy.ts';
import { type Circumstances, compileConditions, type Test } from './conditions.ts';
import { loadRegex } from './regex.ts';
import { createPatternIndex } from './trie.ts';

/** A rule that covers a tool: whether it holds for the call, or may for some calls. */
export interface Covering {
  readonly policy: Policy;
  readonly holds: boolean | undefined;
}

/** Which rule decides, and what else covers the tool: first what would decide in its place. */
export interface Consideration {
  /** Absent when no rule holds: the default decides. */
  readonly decider?: Policy;
  /** Rules that stand before the decider and hold for some calls. */
  readonly possible: readonly Policy[];
  readonly covering: readonly Covering[];
}

interface Compiled {
  readonly policy: Policy;
  readonly tests: readonly Test[];
  readonly rank: number;
}

/** How many paths' rules are remembered. */
const REMEMBERED = 10_000;

/** A set of rules, compiled: what decides a call is found in the time its path and the rules that cover it take. */
export interface Rulebook {
  readonly policies: readonly Policy[];
  /** The rule that decides a call, if any does. @param now ISO time: rules that have expired do not hold */
  deciding(call: Circumstances, now: string): Policy | undefined;
  /** The same for a tool of which not everything about the call is known. */
  consider(call: Circumstances, now: string): Consideration;
}

/**
 * Compiles rules.
 * @throws FaultError invalid_arguments with the reason for a rule that cannot mean what its writer thinks
 */
export async function compileRules(policies: readonly Policy[]): Promise<Rulebook> {
  const regex = await loadRegex(policies.some(({ when }) => when?.arguments?.some(({ matches }) => matches !== undefined)));
  const index = createPatternIndex<Compiled>();
  rankOf(policies).forEach((policy, rank) => {
    checkPattern(policy.pattern);
    index.add(policy.pattern, { policy, tests: compileConditions(policy, regex), rank });
  });
  const remembered = new Map<string, readonly Compiled[]>();

  /** Rules that cover a path, the first that holds decides. */
  function covering(path: string): readonly Compiled[] {
    const known = remembered.get(path);
    if (known) return known;
    const found = index.covering(path).sort((a, b) => a.rank - b.rank);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(path, found);
    return found;
  }

  return {
    policies,
    deciding: (call, now) => covering(call.path).find(rule => holds(rule, call, now) === true)?.policy,
    consider(call, now) {
      const rules = covering(call.path).map(rule => ({ policy: rule.policy, holds: holds(rule, call, now) }));
      const at = rules.findIndex(rule => rule.holds === true);
      const before = at < 0 ? rules : rules.slice(0, at);
      return {
        ...(at >= 0 && { decider: rules[at]!.policy }),
        possible: before.filter(rule => rule.holds === undefined).map(({ policy }) => policy),
        covering: rules,
      };
    },
  };
}

/** All conditions must hold; one that does not settles it, whatever is unknown of the others. */
function holds({ policy, tests }: Compiled, call: Circumstances, now: string): boolean | undefined {
  if (policy.expiresAt !== undefined && policy.expiresAt <= now) return false;
  let result: boolean | undefined = true;
  for (const test of tests) {
    const answer = test(call);
    if (answer === false) return false;
    if (answer === undefined) result = undefined;
  }
  return result;
}
