import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Context } from '../command.ts';
import { connect, type Daemon } from '../connect.ts';
import { paintState, timeOf } from '../execution-table.ts';
import { approvalUrl, isSettled, isWaiting, openInteractions, resumeCommand } from '../executions.ts';
import { EXIT, exitOfState } from '../exit-codes.ts';
import { out, outJson, shown } from '../print.ts';
import { startProgress } from '../progress.ts';
import { executionPath, follow } from '../settle.ts';
import { connectSteadily } from '../steady.ts';
import { watchExecutions } from '../watch.ts';

/** `executor executions watch [id]`: one line, or with `--json` one view, per change. */
export async function run({ entry, json, words }: Context): Promise<number> {
  if (words[0]) return watchOne(await connectSteadily(entry), words[0], json);
  const daemon = await connect(entry);
  await watchExecutions(daemon, view => outChange(view, daemon.url, json));
  return EXIT.ok;
}

async function watchOne(daemon: Daemon, id: string, json: boolean): Promise<number> {
  const print = (view: ExecutionView) => outChange(view, daemon.url, json);
  const now = await daemon.ask<ExecutionView>({ path: executionPath(id) });
  if (!isWaiting(now)) print(now);
  const progress = startProgress(`watching ${id}`);
  const last = await follow(daemon, now, { progress, patient: true, onPause: print }).finally(() => progress.end());
  if (!isSettled(now)) print(last);
  return exitOfState(last.state, last.error);
}

function outChange(view: ExecutionView, daemonUrl: string, json: boolean): undefined {
  if (json) return outJson(view);
  const what = view.error ? `${view.tool ?? view.kind}: ${view.error.message}` : (view.tool ?? view.kind);
  out(`${timeOf(view.endedAt ?? new Date().toISOString())}  ${view.id}  ${paintState(view.state)}  ${shown(what)}`);
  if (!isWaiting(view)) return;
  for (const interaction of openInteractions(view)) out(`  ${shown(interaction.message)}`);
  out(`  ${approvalUrl(daemonUrl, view.id)}  ${resumeCommand(view.id)}`);
}
