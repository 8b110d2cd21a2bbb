import { Value } from '@sinclair/typebox/value';
import { FaultError } from '../machines/schema/fault.ts';
import { Policy, type Rule } from '../machines/schema/policy.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { actBy } from './acts.ts';
import { newId } from './ids.ts';
import { type Circumstances, conditionKey } from './policy/conditions.ts';
import { type Consideration, compileRules, type Rulebook } from './policy/rulebook.ts';
import { invalidRule } from './policy.ts';
import type { Op, Store } from './store.ts';
import { createTurns } from './turns.ts';

/** More rules than this nobody keeps in their head, and each change compiles them all. */
const MOST_RULES = 10_000;

/** A rule as it would be, and the rules with it. */
export interface Draft {
  policy: Policy;
  rules: Rulebook;
}

/** The stored rules, compiled once per change. A rule decides from the moment it is stored. */
export async function openPolicies(store: Store, now: () => Date) {
  const stored: Policy[] = [];
  for await (const [id, json] of store.policy.iterator<string, string>({ valueEncoding: 'utf8' })) stored.push(readable(id, json));
  let rules = await compileRules(stored);
  const turns = createTurns(1);
  const iso = () => now().toISOString();
  const isOver = ({ expiresAt }: Policy) => expiresAt !== undefined && expiresAt <= iso();
  const current = () => rules.policies.filter(policy => !isOver(policy));
  const sorted = (policies: readonly Policy[]) =>
    [...policies].sort((a, b) => a.pattern.localeCompare(b.pattern) || (a.id < b.id ? -1 : 1));

  /** The rules with a new one, which takes the place of one with the same pattern and condition. */
  async function drafted(policy: Omit<Policy, 'id' | 'createdAt'>): Promise<Draft> {
    const key = conditionKey(policy);
    const policies = current();
    const known = policies.find(({ pattern, ...other }) => pattern === policy.pattern && conditionKey(other) === key);
    if (!known && policies.length >= MOST_RULES) throw invalidRule(`there are ${MOST_RULES} rules already; remove some first`);
    const made: Policy = { id: known?.id ?? newId('pol'), ...policy, createdAt: iso() };
    return { policy: made, rules: await compileRules([...policies.filter(({ id }) => id !== made.id), made]) };
  }

  /** What has expired goes with the next change. */
  const expired = (): Op[] => rules.policies.filter(isOver).map(({ id }) => store.del(store.policy, id));

  function ruleOf({ pattern, decision, when, expiresAt }: Rule): Omit<Policy, 'id' | 'createdAt'> {
    const isEmpty = when === undefined || Object.keys(when).length === 0;
    return { pattern, decision, ...(!isEmpty && { when }), ...(expiresAt !== undefined && { expiresAt: futureOf(expiresAt, iso()) }) };
  }

  return {
    list: (): Policy[] => sorted(current()),

    /** Adds a rule, or replaces the one with the same pattern and condition. */
    put: (rule: Rule, by: Principal): Promise<Policy> =>
      turns(async () => {
        const { policy, rules: next } = await drafted({ ...ruleOf(rule), by: by.id });
        const note = store.note(actBy(by, iso(), 'policy.set', policy.id, rule));
        await store.write([...expired(), store.put(store.policy, policy.id, policy), note], { sync: true });
        rules = next;
        return policy;
      }),

    remove: (id: string, by: Principal): Promise<void> =>
      turns(async () => {
        const known = current().find(policy => policy.id === id);
        if (!known) throw new FaultError('invalid_arguments', `there is no policy ${id}`);
        const next = await compileRules(current().filter(policy => policy.id !== id));
        const note = store.note(actBy(by, iso(), 'policy.remove', id, { pattern: known.pattern, decision: known.decision }));
        await store.write([...expired(), store.del(store.policy, id), note], { sync: true });
        rules = next;
      }),

    /** Keeps a rule that an approval makes. `commit` stores it, in the batch of the answer; when it says false, nothing is kept. */
    remember: <T>(policy: Omit<Policy, 'id' | 'createdAt'>, commit: (op: Op) => Promise<T | false>): Promise<T | false> =>
      turns(async () => {
        const { policy: made, rules: next } = await drafted(policy);
        const done = await commit(store.put(store.policy, made.id, made));
        if (done !== false) rules = next;
        return done;
      }),

    /**
     * The rules as they would be with one more.
     * @throws FaultError invalid_arguments with the reason
     */
    draft: (rule: Rule): Promise<Draft> => drafted(ruleOf(rule)),

    /** The rule that decides a call, everything of which is known. */
    deciding: (call: Circumstances): Policy | undefined => rules.deciding({ ...call, isCall: true }, iso()),

    /** What can be said about a tool, or about a call of which not everything is known. */
    consider: (call: Circumstances): Consideration => rules.consider(call, iso()),

    /** The rules that hold now. */
    rules: (): Rulebook => rules,
  };
}
export type Policies = Awaited<ReturnType<typeof openPolicies>>;

/** @throws FaultError invalid_arguments for what is no time to come */
function futureOf(text: string, now: string): string {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw invalidRule(`expiresAt: "${text}" is no time; write it like 2026-12-31T12:00:00Z`);
  const expiresAt = new Date(time).toISOString();
  if (expiresAt <= now) throw invalidRule(`expiresAt: ${text} has passed already`);
  return expiresAt;
}

/** A rule that cannot be read may have been a block: nothing may be decided without it. */
function readable(id: string, json: string): Policy {
  try {
    const policy: unknown = JSON.parse(json);
    if (Value.Check(Policy, policy)) return policy;
  } catch {
    // Said below, in the same words.
  }
  throw new FaultError(
    'internal',
    `the stored policy ${id} cannot be read, and nothing is decided without it: restore a backup (executor restore)`,
    {
      details: { reason: 'policy', id },
    },
  );
}
