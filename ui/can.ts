import { callMachine } from '../machines/call.ts';
import { programMachine } from '../machines/program.ts';
import type { Action, CallContext } from '../machines/schema/call.ts';
import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';
import type { SourceView } from '../machines/schema/source.ts';
import { sourceMachine } from '../machines/source.ts';

/*
 * What can be done is asked of the machine itself, so that a button can never offer what the daemon would refuse. The machines are
 * pure: nothing is started here.
 */

/** Whether a person may give this answer now. */
export function canAnswer(view: ExecutionView, interaction: InteractionView, action: Action): boolean {
  return callAt(view).can({ type: 'answer', at: '', by: '', n: numberOf(interaction), action });
}

/** Whether the execution can still be cancelled. */
export const canCancel = (view: ExecutionView): boolean =>
  view.kind === 'program'
    ? programMachine.resolveState({ value: view.state as never, context: {} as never }).can({ type: 'cancel', at: '', by: '' })
    : callAt(view).can({ type: 'cancel', at: '', by: '' });

/** Whether the source can be fetched again now, or removed. */
export const canSource = (view: SourceView, type: 'refresh' | 'remove'): boolean =>
  sourceMachine.resolveState({ value: view.state as never, context: {} as never }).can({ type, at: '' });

function callAt(view: ExecutionView) {
  const interactions = view.interactions.map(interaction => ({ ...interaction, n: numberOf(interaction) }));
  return callMachine.resolveState({ value: view.state as never, context: { interactions } as Partial<CallContext> as CallContext });
}

/** An interaction's id ends with its number. */
const numberOf = ({ id }: InteractionView): number => Number(id.slice(id.lastIndexOf('.') + 1));
