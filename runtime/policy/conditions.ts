import type { ArgumentCondition, Policy, When } from '../../machines/schema/policy.ts';
import type { Effect } from '../../machines/schema/tool.ts';
import { canonical } from '../canonical.ts';
import { invalidRule } from '../policy.ts';
import { parsePointer, valueAt } from './pointer.ts';
import type { Matches } from './regex.ts';

/** What is known of a call when it is judged. What is absent is not known, unless all is. */
export interface Circumstances {
  readonly path: string;
  readonly effect?: Effect | undefined;
  readonly principal?: { readonly id: string; readonly name: string } | undefined;
  readonly connection?: string | undefined;
  readonly input?: unknown;
  /** The hash of the tool's definition. */
  readonly definition?: string | undefined;
  /** The program the call belongs to, and what the asker's client calls itself. */
  readonly program?: string | undefined;
  readonly client?: string | undefined;
  /** True of a call: what is absent is absent. Of a tool that is only looked at, what is absent may still be anything. */
  readonly isCall?: boolean;
}

/** Whether a condition holds; undefined when that depends on what is not known. */
export type Test = (call: Circumstances) => boolean | undefined;

/** Longer texts are not matched: a rule that allows does not hold for them, any other does. */
const MATCHED_CHARACTERS = 16_384;

/**
 * Compiles everything that a rule says besides its pattern.
 * @throws FaultError invalid_arguments with the reason
 */
export function compileConditions({ when = {}, remembered, decision }: Omit<Policy, 'id' | 'createdAt'>, regex: Regex): Test[] {
  const tests: Test[] = [];
  const { effect, connection, principal } = when;
  if (effect !== undefined) tests.push(oneOf(effect, call => call.effect));
  if (connection !== undefined) tests.push(oneOf(connection, call => call.connection));
  if (principal !== undefined) tests.push(anyPrincipal(principal));
  for (const condition of when.arguments ?? []) tests.push(argument(condition, decision === 'allow', regex));
  if (remembered) {
    tests.push(oneOf(remembered.definition, call => call.definition));
    if (remembered.program !== undefined) tests.push(oneOf(remembered.program, call => call.program));
    if (remembered.client !== undefined)
      tests.push(oneOf(remembered.client ?? '', call => (call.isCall ? (call.client ?? '') : call.client)));
  }
  return tests;
}
export type Regex = (source: string) => Matches;

function oneOf(wanted: string | readonly string[], actual: (call: Circumstances) => string | undefined): Test {
  const accepted = new Set(typeof wanted === 'string' ? [wanted] : wanted);
  return call => {
    const value = actual(call);
    return value === undefined && !call.isCall ? undefined : value !== undefined && accepted.has(value);
  };
}

function anyPrincipal(wanted: string | readonly string[]): Test {
  const accepted = new Set(typeof wanted === 'string' ? [wanted] : wanted);
  return ({ principal, isCall }) =>
    principal === undefined && !isCall
      ? undefined
      : principal !== undefined && (accepted.has(principal.id) || accepted.has(principal.name));
}

function argument(condition: ArgumentCondition, isAllow: boolean, regex: Regex): Test {
  const steps = parsePointer(condition.path);
  const tests = valueTests(condition, isAllow, regex);
  if (tests.length === 0) {
    throw invalidRule(`the condition on ${JSON.stringify(condition.path)} says nothing; say equals, in, matches, lt, gt or exists`);
  }
  return ({ input, isCall }) => {
    if (input === undefined && !isCall) return undefined;
    const value = valueAt(input, steps);
    return tests.every(test => test(value));
  };
}

function valueTests(condition: ArgumentCondition, isAllow: boolean, regex: Regex): ((value: unknown) => boolean)[] {
  const { matches, lt, gt, exists } = condition;
  const tests: ((value: unknown) => boolean)[] = [];
  if ('equals' in condition) tests.push(equalTo([condition.equals]));
  if (condition.in !== undefined) tests.push(equalTo(condition.in));
  if (lt !== undefined) tests.push(value => typeof value === 'number' && value < lt);
  if (gt !== undefined) tests.push(value => typeof value === 'number' && value > gt);
  if (exists !== undefined) tests.push(value => (value !== undefined) === exists);
  if (matches !== undefined) {
    const finds = regex(matches);
    tests.push(value => {
      if (typeof value !== 'string' && typeof value !== 'number') return false;
      const text = String(value);
      return text.length > MATCHED_CHARACTERS ? !isAllow : finds(text);
    });
  }
  return tests;
}

function equalTo(values: readonly unknown[]): (value: unknown) => boolean {
  const accepted = new Set(values.map(canonical));
  return value => value !== undefined && accepted.has(canonical(value));
}

/** The same conditions, whatever order they were written in. */
export const conditionKey = ({ when, remembered }: Pick<Policy, 'when' | 'remembered'>): string =>
  canonical({ when: normal(when), remembered: scopeOf(remembered) });

const scopeOf = (remembered: Policy['remembered']) => remembered && { ...remembered, execution: undefined };

function normal(when: When | undefined): unknown {
  if (!when) return undefined;
  const list = (value: string | string[] | undefined) => (value === undefined ? undefined : [...new Set([value].flat())].sort());
  const conditions = when.arguments?.map(canonical).sort();
  return { effect: list(when.effect), connection: list(when.connection), principal: list(when.principal), arguments: conditions };
}
