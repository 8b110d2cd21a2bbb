import type { Answer, CallContext, Interaction, Judged, Outcome } from './schema/call.ts';
import type { Fault } from './schema/fault.ts';

/** An answer is to one question: one that was put before must not be taken for the one that is open now. */
export const answersLast = ({ interactions }: CallContext, { n }: Answer): boolean => interactions.at(-1)?.n === n;

export const asksForm = ({ interactions }: CallContext): boolean => {
  const last = interactions.at(-1);
  return last?.kind === 'form' && last.settledAt === undefined;
};

export const settled = (interaction: Interaction, settledAt: string, { action, by, note, contentHash }: Partial<Answer>): Interaction => ({
  ...interaction,
  settledAt,
  ...(action && { action }),
  ...(by && { by }),
  ...(note && { note }),
  ...(contentHash && { contentHash }),
});

export const approval = ({ resolved, binding, request, expiresAt }: Judged): Omit<Interaction, 'n' | 'askedAt'> => ({
  kind: 'approval',
  message: `Allow this ${resolved.effect === 'destructive' ? 'destructive call' : resolved.effect}?`,
  binding,
  ...(request && { request }),
  ...(expiresAt && { expiresAt }),
});

export const form = ({ form: asked }: Outcome): Omit<Interaction, 'n' | 'askedAt'> => ({
  kind: 'form',
  message: asked?.message ?? '',
  ...(asked?.schema !== undefined && { schema: asked.schema }),
  ...(asked?.url !== undefined && { url: asked.url }),
});

export function unknownOutcome(why: string): Omit<Interaction, 'n' | 'askedAt'> {
  return {
    kind: 'unknown_outcome',
    message: `Nobody knows whether this write happened: ${why}. Look at the other side, then say: run it again, it happened, or give up.`,
  };
}

export const declined = ({ note }: Answer): Fault => ({
  code: 'approval_denied',
  message: `A person declined this call. Do not try it again${note ? `. Their note: ${note}` : '.'}`,
  ...(note && { details: { note } }),
});

export const answered = ({ result, http }: Outcome) => ({ ...(result && { result }), ...(http && { http }) });
