import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ExecutionView } from '../../../machines/schema/execution.ts';
import { isSettled, isWaiting, pendingOf } from '../answer.ts';
import type { Asking } from '../asking.ts';
import { inputsOf } from './inputs.ts';

/** The extension by which a 2026-07-28 client says, with each request, that it knows what to do with a task. */
export const TASKS = 'io.modelcontextprotocol/tasks';

const DAY_MS = 86_400_000;
const POLL_MS = 1000;
/** A person takes a while. */
const POLL_FOR_PERSON_MS = 5000;

/** An execution as the Tasks extension shows it; its id is the execution's, so it outlives sessions and restarts. */
export interface Task {
  taskId: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs: number;
}

/**
 * What a task is now. One that waits for somebody whom this client cannot ask is working: its message has the link.
 *
 * @see https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/2026-07-28/tasks.md
 */
export function taskOf(view: ExecutionView, asking: Asking): Task {
  const times = [view.startedAt, view.endedAt, ...view.interactions.flatMap(({ askedAt, settledAt }) => [askedAt, settledAt])];
  return {
    taskId: view.id,
    status: statusOf(view, asking),
    ...messageOf(view, asking),
    createdAt: view.startedAt,
    lastUpdatedAt: times.reduce<string>((last, at) => (at !== undefined && at > last ? at : last), view.startedAt),
    ttlMs: Math.round(asking.runtime.maintenance.settings().historyDays * DAY_MS),
    pollIntervalMs: isWaiting(view) ? POLL_FOR_PERSON_MS : POLL_MS,
  };
}

/** The same, as the experimental tasks of 2025-11-25 call it. */
export function legacyTaskOf(view: ExecutionView, asking: Asking) {
  const { ttlMs, pollIntervalMs, ...task } = taskOf(view, asking);
  return { ...task, ttl: ttlMs, pollInterval: pollIntervalMs };
}

/** The answer to a `tools/call` that is a task now. */
export async function taskAnswer(view: ExecutionView, asking: Asking): Promise<CallToolResult> {
  await stored(view.id, asking);
  const task = asking.task?.atOnce ? { task: legacyTaskOf(view, asking) } : { resultType: 'task', ...taskOf(view, asking) };
  return { ...task, content: [] };
}

function statusOf(view: ExecutionView, asking: Asking): Task['status'] {
  if (view.state === 'cancelled') return 'cancelled';
  if (isSettled(view)) return 'completed';
  return Object.keys(inputsOf(view, asking)).length > 0 ? 'input_required' : 'working';
}

function messageOf(view: ExecutionView, { baseUrl }: Asking): { statusMessage?: string } {
  if (!isWaiting(view)) return isSettled(view) ? {} : { statusMessage: `${view.tool ?? 'The program'} is ${view.state}.` };
  const reasons = pendingOf(view).map(({ message }) => message);
  return { statusMessage: `Waits for a person at ${baseUrl}/resume/${view.id}: ${reasons.join('; ')}` };
}

/** Resolves once the execution is on disk: nobody is told of a task that a crash could make undone. */
function stored(id: string, { runtime, principal }: Asking): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      stop();
      resolve();
    };
    const stop = runtime.subscribe(change => {
      if (change.topic === 'executions' && change.id === id) end();
    });
    // What is not stored has no log.
    runtime.executions.log(id, principal).then(end, () => {});
  });
}
