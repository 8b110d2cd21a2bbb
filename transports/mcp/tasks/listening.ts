import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import type { Runtime } from '../../../runtime/runtime.ts';

/** One stream may be about so many tasks. */
const MOST = 100;
const TASK_ID = /^[\w-]{1,200}$/;

const TOOLS_CHANGED = 'notifications/tools/list_changed';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const CAPABILITY_MISSING = -32021;
const OVER: ReadonlySet<unknown> = new Set(['completed', 'failed', 'cancelled']);

interface Message {
  jsonrpc: '2.0';
  id?: string | number;
  method?: string;
  params?: { notifications?: Record<string, unknown>; taskId?: string; _meta?: unknown };
  result?: Record<string, unknown>;
  error?: { code: number };
}

/** What this needs of the one who serves. */
export interface Listening {
  /** Asks the official handler for something on behalf of the client that listens. */
  ask(message: Message): Promise<Response>;
  /** Calls back when something of an execution has changed. Returns the way to stop. */
  changes: Changes;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** Hears of executions. */
export type Changes = (changed: (executionId: string) => void) => () => void;

/** What of a runtime's changes is about executions. */
export const changesOf =
  (runtime: Pick<Runtime, 'subscribe'>): Changes =>
  changed =>
    runtime.subscribe(change => {
      if (change.topic === 'executions') changed(change.id);
    });

/** The standard headers of a message that is about a task. */
export function headersOf({ method = '', params }: Message): Record<string, string> {
  return params?.taskId === undefined ? {} : { 'mcp-method': method, 'mcp-name': params.taskId };
}

/** The tasks that a request wants to hear of, if it is a `subscriptions/listen` that names some. */
export function tasksListenedTo(body: unknown): string[] {
  const { method, params } = (body ?? {}) as Partial<Message>;
  const ids = method === 'subscriptions/listen' ? params?.notifications?.taskIds : undefined;
  return Array.isArray(ids) ? ids.filter(id => typeof id === 'string' && TASK_ID.test(id)).slice(0, MOST) : [];
}

/**
 * `subscriptions/listen` with `taskIds`, which the official handler does not know: the stream is its own, and `notifications/tasks` are woven
 * into it, each exactly what `tasks/get` answers. Of a task that is none of this client's nothing is said.
 *
 * @see https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/2026-07-28/tasks.md#task-status-notifications
 */
export async function listening(body: unknown, { ask, changes, signal }: Listening): Promise<Response> {
  const { params = {}, ...request } = body as Message;
  const wanted = params.notifications ?? {};
  const get = async (taskId: string): Promise<Message> =>
    (await (await ask({ jsonrpc: '2.0', id: taskId, method: 'tasks/get', params: { taskId, _meta: params._meta } })).json()) as Message;

  const taskIds: string[] = [];
  for (const taskId of tasksListenedTo(body)) {
    const { result, error } = await get(taskId);
    if (error?.code === CAPABILITY_MISSING) return Response.json({ jsonrpc: '2.0', id: request.id ?? null, error }, { status: 400 });
    if (result) taskIds.push(taskId);
  }
  // A stream that listens to nothing else would be ended at once.
  const response = await ask({ ...request, params: { ...params, notifications: { ...wanted, toolsListChanged: true } } });
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return response;

  let stop = () => {};
  const woven = new TransformStream<Uint8Array, Uint8Array>({
    transform(frame, stream) {
      const message = messageIn(frame);
      if (message?.method === TOOLS_CHANGED && wanted.toolsListChanged !== true) return;
      stream.enqueue(message?.method === ACKNOWLEDGED ? framed(acknowledged(message, wanted, taskIds)) : frame);
      if (message?.method === ACKNOWLEDGED) stop = follow(taskIds, stream);
    },
    flush: () => stop(),
  });
  signal.addEventListener('abort', () => stop(), { once: true });
  return new Response(response.body.pipeThrough(woven), { status: response.status, headers: response.headers });

  /** Tells how each task is now, and whenever that is something else. Returns the way to stop. */
  function follow(ids: string[], stream: TransformStreamDefaultController<Uint8Array>): () => void {
    const asked = new Map(ids.map(id => [id, Promise.resolve()]));
    const told = new Map<string, string>();
    const tell = async (taskId: string): Promise<void> => {
      const { result } = await get(taskId);
      const now = JSON.stringify(result);
      if (!result || signal.aborted || now === told.get(taskId)) return;
      told.set(taskId, now);
      const { resultType: _, ...task } = result;
      const _meta = { [SUBSCRIPTION_ID_META_KEY]: request.id };
      stream.enqueue(framed({ jsonrpc: '2.0', method: 'notifications/tasks', params: { ...task, _meta } }));
      if (OVER.has(task.status)) asked.delete(taskId);
    };
    // One after the other, so that what is told last is how it is.
    const changed = (id: string) => {
      const before = asked.get(id);
      if (before) asked.set(id, before.then(() => tell(id)).catch(end));
    };
    const end = changes(changed);
    for (const id of ids) changed(id);
    return end;
  }
}

function acknowledged(message: Message, wanted: Record<string, unknown>, taskIds: string[]): Message {
  const { toolsListChanged, ...others } = message.params?.notifications ?? {};
  const notifications = { ...others, ...(wanted.toolsListChanged === true && { toolsListChanged }), taskIds };
  return { ...message, params: { ...message.params, notifications } };
}

const framed = (message: unknown) => new TextEncoder().encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`);

/** The handler writes a message at a time. */
function messageIn(frame: Uint8Array): Message | undefined {
  const data = /^data: (.*)$/m.exec(new TextDecoder().decode(frame))?.[1];
  return data === undefined ? undefined : (JSON.parse(data) as Message);
}
