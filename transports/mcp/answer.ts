import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import type { Fault } from '../../machines/schema/fault.ts';
import { isPreview } from './preview.ts';

const SETTLED: ReadonlySet<string> = new Set(['done', 'failed', 'denied', 'cancelled']);
const WAITING: ReadonlySet<string> = new Set(['awaitingApproval', 'authenticating', 'paused']);

/** Nothing more will happen to it. */
export const isSettled = (view: ExecutionView) => SETTLED.has(view.state);

/** Nothing more will happen until a person acts. */
export const isWaiting = (view: ExecutionView) => WAITING.has(view.state);

/** What still waits for a person. */
export const pendingOf = (view: ExecutionView): InteractionView[] =>
  view.interactions.filter(interaction => interaction.settledAt === undefined);

/** How a client is told to fetch an outcome that is not there yet, and what not to do. */
type Fetching = (executionId: string) => { next: string; never: string };

const RESUME: Fetching = id => ({
  next: `call resume with {"executionId":"${id}"}`,
  never: 'Do not make the call again: it is kept and runs once.',
});

/** Where there is no `resume`, the same call is about the same execution until its outcome was told. */
export const SAME_CALL: Fetching = () => ({
  next: 'make the same call again, with the same arguments,',
  never: 'It is kept and runs once.',
});

/** An execution as `call`, `execute` and `resume` answer (CONTRACT, section 7): the same in `structuredContent` and, short, in text. */
export function answerOf(view: ExecutionView, baseUrl: string, fetching: Fetching = RESUME): CallToolResult {
  if (isSettled(view)) return view.state === 'done' && !view.error ? done(view) : failed(faultOf(view), view.id);
  return isWaiting(view) ? paused(view, baseUrl, fetching) : running(view, fetching);
}

/** A failure, with or without an execution. */
export function failed(error: Fault, executionId?: string): CallToolResult {
  const details = error.details ? `\n${JSON.stringify(error.details).slice(0, 4096)}` : '';
  return {
    isError: true,
    structuredContent: { status: 'failed', ...(executionId !== undefined && { executionId }), error },
    content: [
      { type: 'text', text: `failed: ${error.code}: ${error.message}${executionId === undefined ? '' : ` (${executionId})`}${details}` },
    ],
  };
}

function done(view: ExecutionView): CallToolResult {
  const result = view.result ?? null;
  return {
    structuredContent: { status: 'done', executionId: view.id, result, ...(view.http && { http: view.http }) },
    content: [{ type: 'text', text: isPreview(result) ? `${result.preview}\n[cut: ${result.more}]` : JSON.stringify(result) }],
  };
}

function paused(view: ExecutionView, baseUrl: string, fetching: Fetching): CallToolResult {
  const { next, never } = fetching(view.id);
  const approvalUrl = `${baseUrl}/resume/${view.id}`;
  const interactions = pendingOf(view);
  const reasons = interactions.map(interaction => `- ${interaction.kind}: ${interaction.message}`).join('\n');
  return {
    structuredContent: { status: 'paused', executionId: view.id, approvalUrl, interactions },
    content: [
      {
        type: 'text',
        text:
          `paused: ${view.id} waits for a person.\n${reasons}\nGive the user this link: ${approvalUrl}\n` +
          `Then ${next} to wait for the outcome. ${never}`,
      },
    ],
  };
}

function running(view: ExecutionView, fetching: Fetching): CallToolResult {
  const { next } = fetching(view.id);
  return {
    structuredContent: { status: 'running', executionId: view.id },
    content: [
      {
        type: 'text',
        text: `running: ${view.id} goes on. To wait for and fetch the outcome ${next.replace(/,$/, '')}.`,
      },
    ],
  };
}

function faultOf(view: ExecutionView): Fault {
  if (view.error) return view.error;
  if (view.state === 'denied') return { code: 'approval_denied', message: 'A person declined this call. Do not try it again.' };
  if (view.state === 'cancelled') return { code: 'cancelled', message: 'The execution was cancelled.' };
  return { code: 'internal', message: `The execution ended as ${view.state} without saying why.` };
}
