import { invalidRule } from '../policy.ts';
import type { Regex } from './conditions.ts';

/** Whether a text has what the expression describes, anywhere in it. */
export type Matches = (text: string) => boolean;

/** An expression that compiles to more steps than this costs too much for every text. */
const STEPS = 2_000;

/**
 * An engine for expressions of rules: RE2's, in linear time, so that no expression and no text can stall the daemon. It is loaded when a
 * rule first needs it.
 */
export async function loadRegex(isNeeded: boolean): Promise<Regex> {
  if (!isNeeded) return source => expression(undefined, source);
  const { RE2JS } = await import('re2js');
  return source => expression(RE2JS, source);
}

function expression(engine: typeof import('re2js').RE2JS | undefined, source: string): Matches {
  if (!engine) throw new Error('the engine for regular expressions was not loaded');
  try {
    const compiled = engine.compile(source);
    if (compiled.programSize() > STEPS) throw new Error('it is too large');
    return text => compiled.test(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    throw invalidRule(`${JSON.stringify(source)} cannot be matched: ${reason} (RE2 syntax: no lookaround, no backreferences)`);
  }
}
