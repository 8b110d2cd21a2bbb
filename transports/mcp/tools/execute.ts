import { Type } from '@sinclair/typebox';
import type { SurfaceTool } from '../asking.ts';
import { hold } from '../hold.ts';
import { outcome, retried } from '../outcome.ts';

/** `execute {code}` (CONTRACT, sections 7 and 8). */
export const execute: SurfaceTool = {
  name: 'execute',
  title: 'Run a program',
  description: () =>
    'Run TypeScript that calls tools: best for more than one call, loops, filtering large answers. `await tools.<path>({…})` gives the data or throws ' +
    'ToolError {code, message, status}; Promise.all runs calls in parallel; `await tools.$search("…")`, `await tools.$describe("<path>")`; emit(value) shows the ' +
    'user text, images or files; `return` the result. No network, files, modules or timers but sleep(ms). Answers as call does; a paused program goes on ' +
    'by itself when a person has answered, so never run it again: call resume.',
  input: Type.Object({ code: Type.String({ description: 'The body of an async function.' }) }, { additionalProperties: false }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  isLong: true,
  async run({ code }, asking) {
    const { runtime, principal, idempotencyKey, traceparent, elicitation } = asking;
    if (elicitation.answered) return retried(elicitation.answered, asking);
    const view = await runtime.executions.start({
      code: code as string,
      principal,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent !== undefined && { traceparent }),
    });
    return outcome(await hold(view, asking), asking);
  },
};
