import type { Action, CallContext, Interaction } from '../machines/schema/call.ts';
import type { ResumeInput } from '../machines/schema/execution.ts';
import { FaultError } from '../machines/schema/fault.ts';
import { hashOf } from './canonical.ts';

/** What may be said to each kind of interaction; `cancel` ends the execution whatever it waits for. */
const ACTIONS: Record<Interaction['kind'], readonly Action[]> = {
  approval: ['accept', 'decline'],
  form: ['accept', 'decline'],
  login: [],
  unknown_outcome: ['run_again', 'happened', 'give_up'],
};

/** Tells the same answer from another one; who said it, and with what note, makes no difference. */
export const contentHashOf = ({ content }: ResumeInput): string => hashOf(content ?? null);

/** Says who answered what, and when. */
export const alreadySettled = ({ action, by, settledAt }: Interaction): FaultError =>
  new FaultError('already_settled', `this was already answered: ${action} by ${by} at ${settledAt}`, {
    details: { action, by, at: settledAt },
  });

/** Finds what an answer is for, and whether it is news. */
export function matchAnswer(
  id: string,
  { interactions }: CallContext,
  answer: ResumeInput,
): { interaction: Interaction; settled: boolean } {
  const interaction = find(id, interactions, answer.interaction);
  if (interaction.settledAt) {
    if (interaction.action === answer.action && (interaction.contentHash ?? '') === contentHashOf(answer))
      return { interaction, settled: true };
    throw alreadySettled(interaction);
  }
  if (!ACTIONS[interaction.kind].includes(answer.action)) {
    const allowed = [...ACTIONS[interaction.kind], 'cancel'];
    throw new FaultError('invalid_arguments', `"${answer.action}" is no answer to ${interaction.kind}; it takes ${allowed.join(', ')}`, {
      details: { allowed },
    });
  }
  return { interaction, settled: false };
}

function find(id: string, interactions: readonly Interaction[], wanted: string | undefined): Interaction {
  const pending = interactions.filter(({ settledAt }) => !settledAt).map(({ n, kind, message }) => ({ id: `${id}.${n}`, kind, message }));
  if (wanted === undefined) {
    const [only] = interactions;
    if (interactions.length === 1 && only) return only;
    throw new FaultError(
      'interaction_required',
      pending.length > 0 ? 'say which interaction this answers' : 'this execution waits for nothing',
      {
        details: { pending },
      },
    );
  }
  const found = interactions.find(({ n }) => `${id}.${n}` === wanted);
  if (!found) throw new FaultError('interaction_required', `${id} has no interaction ${wanted}`, { details: { pending } });
  return found;
}
