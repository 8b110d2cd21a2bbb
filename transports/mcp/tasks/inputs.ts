import type { InputRequests } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import { isWaiting, pendingOf } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { give } from '../give.ts';
import { formFor, LINK, linkFor } from '../questions.ts';

/**
 * What a waiting task asks of its client: forms for whoever may answer here, else one link. Keys are the ids of the interactions, or
 * names that the place has for them, never used twice; a link's stays until somebody has answered behind it, because following a link answers nothing.
 */
export function inputsOf(view: ExecutionView, { elicitation, principal, baseUrl, nameOf }: Asking): InputRequests {
  const inputs: InputRequests = {};
  if (!isWaiting(view)) return inputs;
  const others = pendingOf(view).filter(interaction => {
    const form = elicitation.form ? formFor(interaction, view, principal) : undefined;
    if (form) inputs[nameOf?.(interaction) ?? interaction.id] = form;
    return !form;
  });
  const [first] = others;
  if (first && elicitation.url) inputs[`${LINK}-${first.id}`] = linkFor(first, `${baseUrl}/resume/${view.id}`);
  return inputs;
}

/** Takes what the client's user said. What is not asked, or not any more, is left alone. */
export async function takeInputs(view: ExecutionView, responses: Record<string, unknown>, asking: Asking): Promise<void> {
  const asked = inputsOf(view, asking);
  for (const interaction of pendingOf(view)) {
    if ((asking.nameOf?.(interaction) ?? interaction.id) in asked) await give(interaction, responses, asking);
  }
}
