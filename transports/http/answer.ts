import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Fault } from '../../machines/schema/fault.ts';
import { isWaiting } from '../../runtime/views.ts';
import { STATUS } from './status.ts';

/** What `invoke` answers for an execution in whatever state (CONTRACT, section 4). `data` is the whole result as JSON text. */
export function invokeAnswer(view: ExecutionView, data: string | undefined, base: string): { status: number; json: string } {
  const { id: executionId, state, http } = view;
  if (state === 'done') {
    const rest = JSON.stringify({ executionId, ...(http && { http }) });
    return { status: 200, json: `{"ok":true,"data":${data ?? 'null'},${rest.slice(1)}` };
  }
  const error = view.error;
  if (error) {
    const rest = JSON.stringify({ error, executionId, ...(http && { http }) });
    // Some of the data may be there all the same.
    return { status: STATUS[error.code], json: `{"ok":false,${data === undefined ? '' : `"data":${data},`}${rest.slice(1)}` };
  }
  return { status: 202, json: JSON.stringify({ ok: false, error: { ...pending(view), ...waitingDetails(view, base) } }) };
}

function pending({ id, state, interactions }: ExecutionView): Fault {
  const login = interactions.find(({ kind, settledAt }) => kind === 'login' && !settledAt);
  if (login) return { code: 'login_required', message: login.message };
  if (isWaiting(state)) return { code: 'execution_paused', message: `waits for a person: executor resume --execution-id ${id}` };
  return { code: 'execution_running', message: `still running: GET /api/executions/${id}?wait=60` };
}

const waitingDetails = ({ id, interactions }: ExecutionView, base: string) => ({
  executionId: id,
  approvalUrl: `${base}/resume/${id}`,
  resumePath: `/api/executions/${id}/resume`,
  interactions: interactions.filter(({ settledAt }) => !settledAt),
});
