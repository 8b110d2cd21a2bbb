import type { ExecutionView, LogEntry } from '../../machines/schema/execution.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { paintState, timeOf, took } from '../execution-table.ts';
import { approvalUrl, isWaiting, notePause, openInteractions } from '../executions.ts';
import { noteFault } from '../faults.ts';
import { out, outJson, paint, shown } from '../print.ts';
import { outSteps } from '../program-steps.ts';
import { executionPath } from '../settle.ts';

/** `executor executions show <id>`: the view, and with it the event log as `log`. */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const daemon = await connect(entry);
  const path = executionPath(words[0]!);
  const view = await daemon.ask<ExecutionView>({ path });
  const { items: log } = await daemon.ask<{ items: LogEntry[] }>({ path: `${path}/log` });
  if (json) return outJson({ ...view, log });
  out(`${paint('bold', view.id)}  ${paintState(view.state)}  ${shown(view.tool ?? view.kind)}`);
  out(`started ${timeOf(view.startedAt)} by ${shown(view.principal)}${view.endedAt ? `, took ${took(view.startedAt, view.endedAt)}` : ''}`);
  if (view.kind === 'program') out(`code    ${codeOf(view)}`);
  else out(`input   ${indented(view.input)}`);
  if (view.http) out(`http    ${view.http.status}`);
  if (view.result !== undefined) out(`result  ${indented(view.result)}`);
  out('');
  if (view.kind === 'program' && view.calls) {
    out(
      `${view.calls.total} calls, ${view.calls.waiting} waiting${view.forkedFrom ? `, forked from ${view.forkedFrom.id} at step ${view.forkedFrom.step}` : ''}`,
    );
    await outSteps(daemon, view.id);
    out('');
  }
  outTable(log, [
    { heading: 'TIME', cell: entry => timeOf(entry.at) },
    { heading: 'EVENT', cell: entry => eventName(entry.event) },
    { heading: 'STATE', cell: entry => entry.state },
  ]);
  if (view.error) noteFault(view.error);
  if (isWaiting(view)) notePause(view.id, approvalUrl(daemon.url, view.id), openInteractions(view));
}

function codeOf({ input }: ExecutionView): string {
  const { code } = input as { code: string | { preview: string; bytes: number } };
  return shown(typeof code === 'string' ? code.trim() : `${code.preview}… (${code.bytes} bytes)`).replaceAll('\n', '\n        ');
}

const indented = (value: unknown) => shown(JSON.stringify(value, null, 2) ?? '').replaceAll('\n', '\n        ');

function eventName(event: unknown): string {
  const { type, action, by } = (event ?? {}) as { type?: string; action?: string; by?: string };
  return [type?.replace('xstate.done.actor.', '').replace('xstate.error.actor.', 'error of '), action, by && `by ${by}`]
    .filter(Boolean)
    .join(' ');
}
