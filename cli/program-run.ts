import type { ExecutionView, ProgramOutput } from '../machines/schema/execution.ts';
import { outTable } from './columns.ts';
import type { Daemon } from './connect.ts';
import { approvalUrl, notePause, openInteractions } from './executions.ts';
import { UnreachableError } from './failure.ts';
import { guardInterrupt } from './interrupt.ts';
import { printView } from './outcome.ts';
import { note, paint, shown } from './print.ts';
import type { Progress } from './progress.ts';
import { executionPath, follow, resultOf } from './settle.ts';

/** Stays with a program until it has ended, or waits for a person, and prints what came of it. Gives the exit code. */
export async function seeThrough(
  daemon: Daemon,
  id: string,
  { progress, json, patient }: { progress: Progress; json: boolean; patient: boolean },
): Promise<number> {
  const interrupt = guardInterrupt(daemon, id, progress);
  try {
    const onPause = (view: ExecutionView) => notePause(id, approvalUrl(daemon.url, id), openInteractions(view));
    const first = await daemon.ask<ExecutionView>({ path: `${executionPath(id)}?wait=1` });
    const view = await follow(daemon, first, { progress, patient, onPause });
    const data = json ? undefined : await resultOf(daemon, view);
    progress.end();
    if (!json) await noteShown(daemon, id);
    if (!json && view.plan) outPlan(view);
    return printView(view, { json, daemonUrl: daemon.url, data });
  } catch (error) {
    if (error instanceof UnreachableError) progress.aside(() => note(`${id} is kept: executor executions show ${id}`));
    throw error;
  } finally {
    await interrupt.end();
  }
}

interface Planned {
  step: number;
  tool: string;
  effect: string;
  decision: string;
  input: unknown;
}

/** What a program that was only tried out would have done. */
function outPlan({ id, plan = [] }: ExecutionView): void {
  note(plan.length === 0 ? 'It would change nothing.' : 'It would do this, in this order; nothing of it was sent:');
  outTable(plan as Planned[], [
    { heading: 'STEP', cell: write => String(write.step), right: true },
    { heading: 'EFFECT', cell: write => write.effect },
    { heading: 'DECISION', cell: write => write.decision },
    { heading: 'TOOL', cell: write => write.tool },
    { heading: 'INPUT', cell: write => JSON.stringify(write.input) },
  ]);
  if (plan.length > 0) note(`Let exactly this happen: executor executions approve-plan ${id}`);
}

/** What it logged and emitted, on stderr: stdout is for the result. */
async function noteShown(daemon: Daemon, id: string): Promise<void> {
  const { logs, emitted } = await daemon.ask<ProgramOutput>({ path: `${executionPath(id)}/output` });
  for (const { level, text } of logs)
    note(paint(level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim', shown(text), process.stderr));
  for (const { value } of emitted) note(shown(typeof value === 'string' ? value : worded(value)));
}

/** Images and files are not for a terminal: their kind, name and size are. */
function worded(value: unknown): string {
  const { type, name, mimeType, data } = (value ?? {}) as Record<string, unknown>;
  if (typeof data !== 'string' || typeof type !== 'string') return JSON.stringify(value);
  return `[${[type, name, mimeType].filter(Boolean).join(' ')}, ${Math.floor((data.length * 3) / 4)} bytes]`;
}
