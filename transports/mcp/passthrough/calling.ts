import { inputRequired, ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import { toFault } from '../../../machines/schema/fault.ts';
import type { ExposedTool } from '../../../runtime/exposure.ts';
import { failed, isSettled, isWaiting } from '../answer.ts';
import type { Answer, Asking } from '../asking.ts';
import { hold } from '../hold.ts';
import { outcome, retried } from '../outcome.ts';
import { askingOf, inCall } from '../server.ts';
import { mcpAnswer, plainAnswer } from './answer.ts';
import { companionOf, Inquiry } from './inquiries.ts';
import { Owed } from './owed.ts';
import type { Place } from './server.ts';

interface Called {
  arguments?: unknown;
  task?: unknown;
}

/**
 * `tools/call` of a source shown by itself: a call like any other, so that policies, approvals and the history hold. What the source asks
 * of the client is put to it meanwhile.
 */
export async function callThrough(tool: ExposedTool, params: Called, place: Place, server: Server, ctx: ServerContext): Promise<Answer> {
  const plain = inCall(askingOf(place.surface, server, ctx), params, server, ctx);
  const asking: Asking = {
    ...plain,
    async answer(view) {
      await note(view);
      return tool.listed ? mcpAnswer(view, plain) : plainAnswer(view, plain);
    },
  };
  const { runtime, principal, elicitation, idempotencyKey, traceparent } = asking;
  const input = params.arguments ?? {};
  let isAnswered = false;

  /** What has not come to an end will be asked for again. */
  async function note(view: ExecutionView): Promise<void> {
    const key = Owed.key(principal.id, tool.path, input);
    if (!isSettled(view)) return place.owed.put(key, view.id);
    place.inquiries.drop(view.id);
    place.owed.drop(key);
  }

  try {
    if (elicitation.answered) {
      const { asked, responses } = elicitation.answered;
      const inquiry = place.inquiries.of(asked.executionId);
      inquiry?.answer(responses);
      return await racing(inquiry, asked.executionId, asking, elapsing => retried({ asked, responses }, elapsing));
    }
    const owed = await place.owed.find(principal, tool.path, input);
    if (owed) {
      return await racing(place.inquiries.of(owed.id), owed.id, asking, async elapsing => outcome(await hold(owed, elapsing), elapsing));
    }
    const inquiry = new Inquiry();
    const view = await runtime.executions.invoke({
      path: tool.path,
      input,
      principal,
      companion: companionOf(ctx, server.getClientCapabilities(), inquiry),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (ctx.mcpReq.envelope && !isSettled(view)) place.inquiries.put(view.id, inquiry);
    if (tool.listed) asking.signal.addEventListener('abort', () => isAnswered || cancel(view.id, plain), { once: true });
    return await racing(inquiry, view.id, asking, async elapsing => outcome(await hold(view, elapsing), elapsing));
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return failed(toFault(error));
  } finally {
    isAnswered = true;
  }
}

/** The client does not want it any more: a server that is shown as it is hears of that. What waits for a person goes on waiting. */
function cancel(id: string, { runtime, principal }: Asking): void {
  try {
    const view = runtime.executions.get(id, principal);
    if (!isSettled(view) && !isWaiting(view)) runtime.executions.cancel(id, principal).catch(() => {});
  } catch {
    // The history does not keep it any more.
  }
}

/** Waits for the outcome, or until the source asks the client for something: then the request is answered with the question. */
async function racing(
  inquiry: Inquiry | undefined,
  executionId: string,
  asking: Asking,
  wait: (asking: Asking) => Promise<Answer>,
): Promise<Answer> {
  const { seal, form } = asking.elicitation;
  if (!inquiry || !seal) return wait(asking);
  const over = new AbortController();
  const elapsing: Asking = {
    ...asking,
    signal: AbortSignal.any([asking.signal, over.signal]),
    nameOf: ({ id }) => inquiry.nameOf(id),
    foreseen: ({ id }) => inquiry.said(id),
  };
  const waiting = wait(elapsing);
  try {
    const inputRequests = await Promise.race([inquiry.asked(elapsing.signal, { form }), waiting.then(() => undefined)]);
    if (inputRequests === undefined || Object.keys(inputRequests).length === 0) return await waiting;
    waiting.catch(() => {});
    return inputRequired({ inputRequests, requestState: await seal({ executionId, keys: [] }) });
  } finally {
    over.abort();
  }
}

export const unknownTool = (name: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name.slice(0, 200)}`);
