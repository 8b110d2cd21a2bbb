import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Context } from '../command.ts';
import { note } from '../print.ts';
import { seeThrough } from '../program-run.ts';
import { startProgress } from '../progress.ts';
import { executionPath } from '../settle.ts';
import { connectSteadily } from '../steady.ts';

/** `executor executions approve-plan <id>` */
export async function run({ entry, flags, json, words }: Context): Promise<number> {
  // A plan is approved once however often it is asked for, so it may be sent again.
  const daemon = await connectSteadily(entry);
  const progress = startProgress('the program runs');
  try {
    const { id } = await daemon.ask<ExecutionView>({ method: 'POST', path: `${executionPath(words[0]!)}/approve-plan`, body: {} });
    progress.aside(() => note(`${id} keeps to the plan of ${words[0]}`));
    return await seeThrough(daemon, id, { progress, json, patient: Boolean(flags.wait) });
  } finally {
    progress.end();
  }
}
