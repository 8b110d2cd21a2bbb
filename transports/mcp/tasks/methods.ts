import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import { isSettled } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { inputsOf, takeInputs } from './inputs.ts';
import { serveLegacyTasks } from './legacy.ts';
import { paramsOf, type TaskParams } from './params.ts';
import { cancelled, type TaskPlace, taskNamed } from './place.ts';
import { TASKS, taskOf } from './task.ts';

/** Answers for executions as tasks: the Tasks extension of 2026-07-28, and the experimental tasks of 2025-11-25. */
export function serveTasks(server: Server, place: TaskPlace): void {
  const only = (ctx: ServerContext) => {
    if (!ctx.mcpReq.envelope) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found');
    if (!declaresTasks(server)) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
  };
  const legacy = serveLegacyTasks(server, place);

  server.setRequestHandler('tasks/get', paramsOf('taskId'), async ({ taskId }: TaskParams, ctx) => {
    if (!ctx.mcpReq.envelope) return legacy.get(taskId, ctx);
    only(ctx);
    const asking = place.askingOf(ctx);
    return { ...(await detailed(taskNamed(taskId, place, asking), place, asking)) };
  });
  server.setRequestHandler('tasks/update', paramsOf('taskId'), async ({ taskId }: TaskParams, ctx) => {
    only(ctx);
    const asking = place.askingOf(ctx);
    const view = taskNamed(taskId, place, asking);
    await (place.take ?? takeInputs)(view, ctx.mcpReq.inputResponses ?? {}, asking);
    return {};
  });
  server.setRequestHandler('tasks/cancel', paramsOf('taskId'), async ({ taskId }: TaskParams, ctx) => {
    if (!ctx.mcpReq.envelope) return legacy.cancel(taskId, ctx);
    only(ctx);
    const asking = place.askingOf(ctx);
    if (!isSettled(taskNamed(taskId, place, asking))) await cancelled(taskId, asking);
    return {};
  });
}

/** Whether the client of this request says that it takes a task for an answer (2026-07-28). */
export function declaresTasks(server: Server): boolean {
  return server.getClientCapabilities()?.extensions?.[TASKS] !== undefined;
}

async function detailed(view: ExecutionView, place: TaskPlace, asking: Asking) {
  const inputRequests = { ...inputsOf(view, asking), ...(isSettled(view) ? {} : place.inputs?.(view, asking)) };
  const task = taskOf(view, asking);
  if (Object.keys(inputRequests).length > 0) return { ...task, status: 'input_required', inputRequests };
  if (task.status !== 'completed') return task;
  try {
    return { ...task, result: await asking.answer(view) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, message, data } = error;
    return { ...task, status: 'failed', statusMessage: message, error: { code, message, ...(data !== undefined && { data }) } };
  }
}
