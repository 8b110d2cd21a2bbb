import { FaultError } from '../machines/schema/fault.ts';
import type { Policy, Verdict } from '../machines/schema/policy.ts';
import type { Effect } from '../machines/schema/tool.ts';

/*
 * The grammar: segments joined by dots; `*` is one segment, a trailing `**` is a subtree (the prefix itself included).
 * More literal segments win; at the same number block beats all, else a conditional rule that holds beats a plain one, else ask beats
 * allow; defaults come last. Rules reach `executor.*` only when their first segment says so literally.
 */

const SEGMENT = /^(\*|[A-Za-z0-9_$-]+)$/;
const STRICTNESS = { block: 2, ask: 1, allow: 0 } as const;

/** What happens when no rule matches: reads run, everything else asks (WANTS, row 19). */
export const defaultVerdict = (effect: Effect): Verdict => ({ decision: effect === 'read' ? 'allow' : 'ask', rule: `default:${effect}` });

/** Says why a rule is refused. */
export const invalidRule = (reason: string, details: Record<string, unknown> = {}): FaultError =>
  new FaultError('invalid_arguments', reason, { details: { ...details, reason } });

/**
 * Refuses a pattern that could never mean what its writer thinks.
 * @throws FaultError invalid_arguments with the reason
 */
export function checkPattern(pattern: string): void {
  const segments = pattern.split('.');
  for (const [index, segment] of segments.entries()) {
    if (segment === '**' && index === segments.length - 1) continue;
    if (segment === '**') throw invalid(pattern, '`**` may only be the last segment');
    if (segment === '') throw invalid(pattern, 'it has an empty segment');
    if (!SEGMENT.test(segment)) throw invalid(pattern, `"${segment}" is neither \`*\` nor a name`);
  }
}

const invalid = (pattern: string, reason: string) =>
  new FaultError('invalid_arguments', `"${pattern}" is no pattern: ${reason}. Examples: github.issues.create, github.*.list, github.**`, {
    details: { pattern, reason },
  });

/** Whether a checked pattern covers a tool path. */
export function covers(pattern: string, path: string): boolean {
  const wanted = pattern.split('.');
  const actual = path.split('.');
  if (actual[0] === 'executor' && wanted[0] !== 'executor') return false;
  const subtree = wanted.at(-1) === '**';
  if (subtree) wanted.pop();
  if (subtree ? actual.length < wanted.length : actual.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === '*' || segment === actual[index]);
}

const literals = (pattern: string): number => pattern.split('.').filter(segment => !segment.startsWith('*')).length;

const isConditional = ({ when, remembered }: Policy): boolean => when !== undefined || remembered !== undefined;

/** Orders the rules that may decide: the first one that covers a path and holds for the call decides it. */
export function rankOf(policies: readonly Policy[]): Policy[] {
  const keyed = policies.map(policy => ({
    policy,
    literals: literals(policy.pattern),
    tier: policy.decision === 'block' ? 2 : isConditional(policy) ? 1 : 0,
    strictness: STRICTNESS[policy.decision],
  }));
  keyed.sort((a, b) => b.literals - a.literals || b.tier - a.tier || b.strictness - a.strictness || (a.policy.id < b.policy.id ? -1 : 1));
  return keyed.map(({ policy }) => policy);
}
