import { ProtocolError, ProtocolErrorCode, RELATED_TASK_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { isSettled } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { holdForPerson } from '../hold.ts';
import { look } from '../outcome.ts';
import { type ListParams, paramsOf, type TaskParams } from './params.ts';
import { cancelled, type TaskPlace, taskNamed } from './place.ts';
import { legacyTaskOf } from './task.ts';

const PAGE = 50;
/** `tasks/result` waits for the end; a client that waits longer has to ask again. */
const RESULT_MS = 3_600_000;

/**
 * The experimental tasks of 2025-11-25: the client says which call is to be one, and fetches its result by a request that waits.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks
 */
export function serveLegacyTasks(server: Server, place: TaskPlace) {
  server.setRequestHandler('tasks/list', paramsOf('cursor'), async ({ cursor }: ListParams, ctx) => {
    const asking = place.askingOf(ctx);
    const { source } = place;
    const filter = { limit: PAGE, ...(cursor !== undefined && { cursor }), ...(source !== undefined && { source }) };
    const { items, nextCursor } = await asking.runtime.executions.list(filter, asking.principal);
    return { tasks: items.map(view => legacyTaskOf(view, asking)), ...(nextCursor !== undefined && { nextCursor }) };
  });
  server.setRequestHandler('tasks/result', paramsOf('taskId'), async ({ taskId }: TaskParams, ctx) => {
    const asking = relatedTo(taskId, place.askingOf(ctx));
    taskNamed(taskId, place, asking);
    const result = await resultOf(taskId, asking);
    return { ...result, _meta: { ...result._meta, [RELATED_TASK_META_KEY]: { taskId } } };
  });
  return {
    get(taskId: string, ctx: ServerContext) {
      const asking = place.askingOf(ctx);
      return legacyTaskOf(taskNamed(taskId, place, asking), asking);
    },
    async cancel(taskId: string, ctx: ServerContext) {
      const asking = place.askingOf(ctx);
      const view = taskNamed(taskId, place, asking);
      if (isSettled(view)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Cannot cancel task: it is ${view.state} already`);
      await cancelled(taskId, asking);
      return legacyTaskOf(taskNamed(taskId, place, asking), asking);
    },
  };
}

/** The outcome, asking this client's user once for what only a person can answer, and waiting for whoever answers elsewhere. */
async function resultOf(id: string, asking: Asking) {
  const until = Date.now() + RESULT_MS;
  const { runtime, principal, signal } = asking;
  await look(id, asking);
  while (!isSettled(runtime.executions.get(id, principal)) && !signal.aborted && Date.now() < until) await holdForPerson(id, asking);
  const view = runtime.executions.get(id, principal);
  if (!isSettled(view)) throw new ProtocolError(ProtocolErrorCode.InternalError, `${id} is ${view.state} still: ask for the result again`);
  return asking.answer(view);
}

/** Whatever is said on behalf of a task names it. */
function relatedTo(taskId: string, asking: Asking): Asking {
  const { ask, ...elicitation } = asking.elicitation;
  return {
    ...asking,
    elicitation: {
      ...elicitation,
      ...(ask && { ask: params => ask({ ...params, _meta: { ...params._meta, [RELATED_TASK_META_KEY]: { taskId } } }) }),
    },
  };
}
