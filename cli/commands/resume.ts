import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import { ask, canAsk } from '../ask.ts';
import { readObject } from '../call-input.ts';
import { type Context, text } from '../command.ts';
import type { Daemon } from '../connect.ts';
import { isSettled, noteRequest, openInteractions } from '../executions.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { guardInterrupt } from '../interrupt.ts';
import { nearest } from '../nearest.ts';
import { printView } from '../outcome.ts';
import { note } from '../print.ts';
import { startProgress } from '../progress.ts';
import { noteRemembered } from '../remembering.ts';
import { executionPath, follow, resultOf } from '../settle.ts';
import { connectSteadily } from '../steady.ts';

interface Answer {
  action: string;
  interaction: string | undefined;
  remember: string | undefined;
}

const ACTIONS = ['accept', 'decline', 'cancel', 'run_again', 'happened', 'give_up'];

/** `executor resume --execution-id <id>` */
export async function run({ entry, flags, json }: Context): Promise<number> {
  const id = text(flags, 'execution-id');
  if (!id) throw new UsageError('--execution-id is missing', 'What waits: executor pending');
  const action = text(flags, 'action') ?? 'accept';
  if (!ACTIONS.includes(action))
    throw new UsageError(`unknown action ${action}`, `Did you mean ${nearest(action, ACTIONS) ?? ACTIONS.join(', ')}?`);
  const content = text(flags, 'content');
  const answer = {
    action,
    interaction: text(flags, 'interaction'),
    content: content === undefined ? undefined : await readObject(content),
    note: text(flags, 'note'),
    remember: text(flags, 'remember'),
  };
  // The same answer twice is one answer, so it may be sent again.
  const daemon = await connectSteadily(entry);
  if (canAsk() && !flags.yes) {
    const view = await daemon.ask<ExecutionView>({ path: executionPath(id) });
    if (!(await confirm(daemon, view, answer))) {
      note('Nothing was answered.');
      return EXIT.paused;
    }
  }
  const progress = startProgress(`${id} goes on`);
  const interrupt = guardInterrupt(daemon, id, progress);
  try {
    const first = await daemon.ask<ExecutionView>({
      method: 'POST',
      path: `${executionPath(id)}/resume?wait=1`,
      body: answer,
      idleMs: 330_000,
    });
    const view = await follow(daemon, first, { progress });
    const data = json ? undefined : await resultOf(daemon, view);
    progress.end();
    return printView(view, { json, daemonUrl: daemon.url, data });
  } finally {
    progress.end();
    await interrupt.end();
  }
}

/** Shows the person what the answer is about. What is settled already needs no question: the daemon says what came of it. */
async function confirm(daemon: Daemon, view: ExecutionView, { action, interaction, remember }: Answer): Promise<boolean> {
  const open: InteractionView[] = openInteractions(view).filter(each => interaction === undefined || each.id === interaction);
  if (isSettled(view) || open.length === 0) return true;
  for (const each of open) {
    noteRequest(each);
    if (remember !== undefined && action === 'accept') await noteRemembered(daemon, view, each, remember);
  }
  return ask(`${action.replace('_', ' ')}?`);
}
