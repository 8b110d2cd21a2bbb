import { Type } from '@sinclair/typebox';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { SurfaceTool } from '../asking.ts';
import { hold } from '../hold.ts';
import { outcome, retried } from '../outcome.ts';

/** `call {path, input?, connection?}` (CONTRACT, section 7). */
export const call: SurfaceTool = {
  name: 'call',
  title: 'Call a tool',
  description: () =>
    'Call one tool by its path. `input` is one flat object as search and describe show it. Answers with a status: done and the result; failed and the ' +
    'error; running (fetch the outcome with resume); or paused, when a person must approve, log in or fill in a form: show the user approvalUrl, then ' +
    'call resume with the executionId. Never repeat a paused or running call. Results over 64 KiB come as a preview that says how to get the rest.',
  input: Type.Object(
    {
      path: Type.String({ description: 'A path from search, e.g. github.issues.create.' }),
      input: Type.Optional(Type.Object({}, { additionalProperties: true, description: "The tool's arguments." })),
      connection: Type.Optional(Type.String({ description: 'Which credential of the source, if it has several.' })),
    },
    { additionalProperties: false },
  ),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  isLong: true,
  async run(input, asking) {
    const { runtime, principal, idempotencyKey, traceparent, elicitation } = asking;
    if (elicitation.answered) return retried(elicitation.answered, asking);
    const view = await runtime.executions.invoke({
      path: input.path as string,
      input: input.input ?? {},
      principal,
      ...(typeof input.connection === 'string' && { connection: input.connection }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent !== undefined && { traceparent }),
    });
    return outcome(await hold(view, asking), asking);
  },
};

/** Some models hand objects over as JSON text; what it says is what they mean. */
export function unwrapped(args: unknown): unknown {
  if (typeof args !== 'object' || args === null) return args;
  const { input } = args as { input?: unknown };
  if (typeof input !== 'string') return args;
  try {
    return { ...args, input: JSON.parse(input || '{}') };
  } catch {
    throw new FaultError('invalid_arguments', 'call: "input" must be an object; the text given is not JSON.', {
      details: { path: '/input' },
    });
  }
}
