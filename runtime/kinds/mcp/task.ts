import type { Client, RequestOptions } from '@modelcontextprotocol/client';
import { ANYTHING } from './anything.ts';
import type { Flight } from './flight.ts';
import type { McpBinding } from './tools.ts';

/** Whether the server says that a tool can be called as a task only. */
export const isTaskOnly = ({ listed }: McpBinding): boolean =>
  (listed?.execution as { taskSupport?: unknown } | undefined)?.taskSupport === 'required';

/**
 * Calls a tool as a task of 2025-11-25, and waits for its result: whoever calls it here need know nothing of that.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks
 */
export async function resultOfTask(
  client: Client,
  params: Record<string, unknown>,
  flight: Flight,
  options: RequestOptions,
): Promise<unknown> {
  const created = await client.request({ method: 'tools/call', params: { ...params, task: {} } }, ANYTHING, options);
  const { taskId } = ((created as { task?: unknown }).task ?? {}) as { taskId?: unknown };
  if (typeof taskId !== 'string') return created;
  flight.leg += 1;
  const cancel = () => {
    client.request({ method: 'tasks/cancel', params: { taskId } }, ANYTHING).catch(() => {
      // It has ended meanwhile, or the server has.
    });
  };
  flight.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await client.request({ method: 'tasks/result', params: { taskId } }, ANYTHING, options);
  } finally {
    flight.signal.removeEventListener('abort', cancel);
  }
}
