import type { Decision } from '../machines/schema/policy.ts';
import type { Effect } from '../machines/schema/tool.ts';

const EFFECTS: readonly Effect[] = ['read', 'write', 'destructive'];
const DECISIONS: readonly Decision[] = ['allow', 'ask', 'block'];

/** Whether one effect is to be treated with more care than another. */
export const isStricterEffect = (effect: Effect, than: Effect): boolean => EFFECTS.indexOf(effect) > EFFECTS.indexOf(than);

/** Whether one decision lets less through than another. */
export const isStricterDecision = (decision: Decision, than: Decision): boolean => DECISIONS.indexOf(decision) > DECISIONS.indexOf(than);
