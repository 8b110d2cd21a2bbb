import { Type } from '@sinclair/typebox';
import { Action } from '../../../machines/schema/call.ts';
import type { ResumeInput } from '../../../machines/schema/execution.ts';
import { toFault } from '../../../machines/schema/fault.ts';
import { failed } from '../answer.ts';
import type { SurfaceTool } from '../asking.ts';
import { hold } from '../hold.ts';
import { look, outcome, retried } from '../outcome.ts';

const ACTIONS = Action.anyOf.map(({ const: action }) => action);

/** `resume {executionId, interaction?, action?, content?}` (CONTRACT, sections 5 and 7), from any session of an entitled principal. */
export const resume: SurfaceTool = {
  name: 'resume',
  title: 'Wait for or answer an execution',
  description: () =>
    'Wait for and fetch the outcome of a paused or running execution, from any session and also later: give only executionId. ' +
    'With `action` it answers what the execution waits for, where you may: a form with accept and `content`, or decline. ' +
    'Approvals and logins are for the user, at approvalUrl.',
  input: Type.Object(
    {
      executionId: Type.String({ description: 'As call gave it.' }),
      interaction: Type.Optional(Type.String({ description: 'Which one, if several wait.' })),
      action: Type.Optional(Type.String({ enum: ACTIONS })),
      content: Type.Optional(Type.Object({}, { additionalProperties: true, description: "A form's values." })),
    },
    { additionalProperties: false },
  ),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  isLong: true,
  async run(input, asking) {
    const { executionId, ...answer } = input as { executionId: string } & Partial<ResumeInput>;
    const { runtime, principal, elicitation } = asking;
    try {
      if (elicitation.answered) return await retried(elicitation.answered, asking);
      const { action } = answer;
      if (action === undefined) return await look(executionId, asking);
      return await outcome(await hold(await runtime.executions.resume(executionId, { ...answer, action }, principal), asking), asking);
    } catch (error) {
      return failed(toFault(error), executionId);
    }
  },
};
