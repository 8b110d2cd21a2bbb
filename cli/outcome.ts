import type { CallState, Http } from '../machines/schema/call.ts';
import type { ExecutionView } from '../machines/schema/execution.ts';
import type { Fault } from '../machines/schema/fault.ts';
import { approvalUrl, isWaiting, notePause, openInteractions } from './executions.ts';
import { EXIT, exitOfFault, exitOfState } from './exit-codes.ts';
import { noteFault } from './faults.ts';
import { outData, outJson } from './print.ts';

/** What `POST /api/tools/invoke/:path` answers (CONTRACT, section 4). */
export interface Envelope {
  ok: boolean;
  data?: unknown;
  error?: Fault & { executionId?: string; approvalUrl?: string; interactions?: ExecutionView['interactions'] };
  executionId?: string;
  http?: Http;
}

/** Prints what a call came to and gives the exit code: data on stdout, everything else on stderr. */
export function printEnvelope(envelope: Envelope, options: { json: boolean; daemonUrl: string }): number {
  if (options.json) outJson(envelope);
  if (envelope.ok) {
    if (!options.json) outData(envelope.data);
    return EXIT.ok;
  }
  const error = envelope.error ?? { code: 'internal', message: 'the daemon gave no reason' };
  const id = error.executionId ?? envelope.executionId;
  if (id && (error.code === 'execution_paused' || error.code === 'login_required')) {
    notePause(id, error.approvalUrl ?? approvalUrl(options.daemonUrl, id), error.interactions?.filter(each => !each.settledAt) ?? []);
  } else {
    noteFault(error);
    if (id) noteExecution(id);
  }
  return exitOfFault(error);
}

/** Prints what an answered execution came to and gives the exit code of its state. `data` is the whole result. */
export function printView(view: ExecutionView, options: { json: boolean; daemonUrl: string; data?: unknown }): number {
  if (options.json) outJson(view);
  else if (view.state === 'done') outData(options.data);
  if (isWaiting(view)) notePause(view.id, approvalUrl(options.daemonUrl, view.id), openInteractions(view));
  else if (view.error) noteFault(view.error);
  else if (view.state !== 'done') process.stderr.write(`${view.state}\n`);
  return exitOfState(view.state, view.error);
}

/** The answer `invoke` would have given, had it waited for this view. */
export function envelopeOf(view: ExecutionView, data: unknown, daemonUrl: string): Envelope {
  const http = view.http && { http: view.http };
  if (view.state === 'done') return { ok: true, data, executionId: view.id, ...http };
  if (!isWaiting(view)) return { ok: false, error: view.error ?? faultOfState(view.state), executionId: view.id, ...http };
  const interactions = openInteractions(view);
  const code = interactions.some(each => each.kind === 'login') ? 'login_required' : 'execution_paused';
  const message = interactions[0]?.message ?? 'the execution waits for a person';
  const link = approvalUrl(daemonUrl, view.id);
  return {
    ok: false,
    error: {
      code,
      message,
      executionId: view.id,
      approvalUrl: link,
      resumePath: `/api/executions/${view.id}/resume`,
      interactions,
    } as Envelope['error'] & object,
  };
}

const faultOfState = (state: CallState): Fault => ({
  code: state === 'denied' ? 'approval_denied' : state === 'cancelled' ? 'cancelled' : 'internal',
  message: `the execution is ${state}`,
});

const noteExecution = (id: string) => process.stderr.write(`  see   executor executions show ${id}\n`);
