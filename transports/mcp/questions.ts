import { type InputRequest, inputRequired } from '@modelcontextprotocol/server';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import type { Principal } from '../../machines/schema/principal.ts';

/** The key of the one link of an execution, whatever number of things wait behind it. */
export const LINK = 'link';

const SHOWN_CHARS = 4000;

type FormSchema = Parameters<typeof inputRequired.elicit>[0]['requestedSchema'];

/**
 * An interaction as a form in the asker's own client: what is a form anyway, and an approval when this principal may give it. Undefined
 * for all else, and for a form that the protocol cannot carry (it knows only flat objects).
 */
export function formFor(interaction: InteractionView, view: ExecutionView, principal: Principal): InputRequest | undefined {
  const { kind, message } = interaction;
  if (kind === 'form') return elicit(message, interaction.schema as FormSchema);
  if (kind !== 'approval' || !mayApprove(principal, view)) return undefined;
  const request = JSON.stringify(interaction.request ?? view.input, undefined, 2);
  const shown = request.length > SHOWN_CHARS ? `${request.slice(0, SHOWN_CHARS)}… (${request.length} characters)` : request;
  return elicit(`Approve this call?\n${message}\n${shown}`, { type: 'object', properties: {} });
}

/** An interaction as a link, for a page where whoever is entitled answers. */
export function linkFor({ message }: InteractionView, url: string): InputRequest {
  return inputRequired.elicitUrl({ message, url });
}

function elicit(message: string, requestedSchema: FormSchema): InputRequest | undefined {
  try {
    return inputRequired.elicit({ message, requestedSchema });
  } catch {
    return undefined;
  }
}

/** Only decides what is asked: the runtime decides what is allowed. */
const mayApprove = ({ role, selfApprove, id }: Principal, view: ExecutionView) =>
  role === 'owner' || role === 'approver' || (selfApprove === true && view.principal === id);
