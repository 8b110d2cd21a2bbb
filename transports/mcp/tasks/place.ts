import { type InputRequests, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Asking } from '../asking.ts';

/** What a place adds to its tasks: what else it asks of the client, and which executions are its own. */
export interface TaskPlace {
  askingOf(ctx: ServerContext): Asking;
  /** Only executions of this source are tasks here. */
  source?: string;
  /** What is asked of the client besides what waits for a person. */
  inputs?(view: ExecutionView, asking: Asking): InputRequests;
  /** Takes what the client's user said to that, too. */
  take?(view: ExecutionView, responses: Record<string, unknown>, asking: Asking): Promise<void>;
}

/** An execution of this place that the asker may see: to anybody else it does not exist. */
export function taskNamed(taskId: string, { source }: TaskPlace, { runtime, principal }: Asking): ExecutionView {
  try {
    const view = runtime.executions.get(taskId, principal);
    if (source === undefined || view.source === source) return view;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Task not found: ${taskId.slice(0, 200)}`);
}

/** @throws ProtocolError when it may not be cancelled; one that has ended meanwhile is left as it is */
export async function cancelled(taskId: string, { runtime, principal }: Asking): Promise<void> {
  try {
    await runtime.executions.cancel(taskId, principal);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.code !== 'already_settled') throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.code}: ${error.message}`);
  }
}
