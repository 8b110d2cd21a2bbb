import type { Policy, Rule, Verdict, When } from '../../machines/schema/policy.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { Tool } from '../../machines/schema/tool.ts';
import type { Catalog } from '../catalog.ts';
import type { Facts, Judgement } from '../judgement.ts';
import type { Policies } from '../policies.ts';
import { isInSlice } from '../principals.ts';

/** Which rule decides, why, and what else covers the tool. */
export interface Explanation extends Verdict {
  path: string;
  effect: Tool['effect'];
  when?: When;
  why: string;
  /** Rules that would decide instead for some calls: of other arguments, connections or principals. */
  possible: Covered[];
  /** All rules that cover the tool, in the order they are asked. */
  covering: Covered[];
}

export interface Covered extends Pick<Policy, 'id' | 'pattern' | 'decision' | 'when' | 'expiresAt'> {
  holds?: 'yes' | 'no' | 'depends';
}

/** What is known when somebody asks for an explanation. */
export type Asked = Pick<Facts, 'connection' | 'input'> & { principal?: string };

/** What people and surfaces ask of the rules besides the decision itself. */
export function createPolicyDesk(parts: { policies: Policies; catalog: Catalog; judgement: Judgement }) {
  const { policies, catalog, judgement } = parts;

  function explain(path: string, { principal, ...facts }: Asked = {}): Explanation {
    const { tool } = catalog.find(path);
    const who = principal === undefined ? undefined : { id: principal, name: principal };
    const { verdict, possible, covering, decider } = judgement.shown(tool, { ...facts, ...(who && { principal: who }) });
    return {
      path: tool.path,
      effect: tool.effect,
      ...verdict,
      ...(decider?.when && verdict.rule === decider.id && { when: decider.when }),
      why: why(tool, verdict, decider, covering.length),
      possible: possible.map(policy => covered(policy)),
      covering: covering.map(({ policy, holds }) => covered(policy, holds, true)),
    };
  }

  return {
    explain,

    /** The decision as `describe` shows it to a principal. */
    shownTo: (tool: Tool, principal: Principal): Verdict & { conditional?: true } => {
      const { verdict, possible } = judgement.shown(tool, { principal });
      return { ...verdict, ...(possible.length > 0 && { conditional: true as const }) };
    },

    /** Which tools a principal finds: those of its slice of which no rule blocks every call. Undefined when that is all. */
    findable(principal: Principal): ((path: string) => boolean) | undefined {
      const isAgent = principal.role === 'agent';
      if (!isAgent && principal.tools === undefined) return undefined;
      return path => {
        if (!isInSlice(principal, path)) return false;
        if (!isAgent) return true;
        const glance = policies.consider({ path, principal });
        if (glance.possible.length === 0) return glance.decider?.decision !== 'block';
        const { verdict, possible } = judgement.shown(catalog.find(path).tool, { principal });
        return verdict.decision !== 'block' || possible.some(({ decision }) => decision !== 'block');
      };
    },

    draft: (rule: Rule) => policies.draft(rule),
  };
}
export type PolicyDesk = ReturnType<typeof createPolicyDesk>;

const covered = ({ id, pattern, decision, when, expiresAt }: Policy, holds?: boolean, isAsked = false): Covered => ({
  id,
  pattern,
  decision,
  ...(when && { when }),
  ...(expiresAt !== undefined && { expiresAt }),
  ...(isAsked && { holds: holds === undefined ? 'depends' : holds ? 'yes' : 'no' }),
});

function why({ effect }: Tool, { rule }: Verdict, decider: Policy | undefined, count: number): string {
  if (rule === 'held') return 'it is new or has changed since its source was added, and waits for the owner to review it';
  if (rule === 'always') return 'what starts a command or opens the private network always asks';
  if (!decider) return `no rule holds; without one, ${effect === 'read' && rule !== 'default:executor' ? 'reads run' : 'this asks'}`;
  const condition = decider.when ? ' and its condition holds' : '';
  const others =
    count > 1 ? `; of the ${count} rules that cover it, it comes first: more literal segments, then block, then a condition, then ask` : '';
  return `the rule ${decider.pattern} covers it${condition}${others}`;
}
