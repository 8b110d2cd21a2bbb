import { inputResponse } from '@modelcontextprotocol/server';
import type { InteractionView } from '../../machines/schema/execution.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { Asking } from './asking.ts';

/** An answer that the runtime does not take (settled meanwhile, or no fit) changes nothing: what it is now shows when looked at again. */
export async function give(interaction: InteractionView, responses: Record<string, unknown>, asking: Asking): Promise<void> {
  const { runtime, principal } = asking;
  const { id, executionId } = interaction;
  const response = inputResponse(responses, asking.nameOf?.(interaction) ?? id);
  if (response.kind !== 'elicit' || response.action === 'cancel') return;
  const { action } = response;
  const content = action === 'accept' && response.content && Object.keys(response.content).length > 0 ? response.content : undefined;
  try {
    await runtime.executions.resume(executionId, { interaction: id, action, ...(content && { content }) }, principal);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
  }
}
