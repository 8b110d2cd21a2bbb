import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionView } from '../machines/schema/execution.ts';
import type { Daemon } from './connect.ts';
import { isSettled, isWaiting } from './executions.ts';
import type { Progress } from './progress.ts';

const ROUND_SECONDS = 30;

/** The route of an execution. */
export const executionPath = (id: string): string => `/api/executions/${encodeURIComponent(id)}`;

/**
 * Follows an execution until it is settled or waits for a person; with `patient`, until it is settled.
 * @param options.onPause told once of each pause a patient follower waits through
 */
export async function follow(
  daemon: Daemon,
  view: ExecutionView,
  options: { progress: Progress; patient?: boolean; onPause?: (view: ExecutionView) => void },
): Promise<ExecutionView> {
  const { progress, patient, onPause } = options;
  const path = executionPath(view.id);
  let current = view;
  let told = 0;
  for (let pause = 200; !isSettled(current); ) {
    if (isWaiting(current)) {
      if (!patient) break;
      const paused = current;
      if (paused.interactions.length !== told) progress.aside(() => onPause?.(paused));
      told = paused.interactions.length;
      progress.say('waiting for a person');
      await sleep(pause);
      pause = Math.min(pause * 1.5, 2_000);
      current = await daemon.ask({ path });
    } else {
      progress.say(`${current.tool ?? current.kind} runs`);
      current = await daemon.ask({ path: `${path}?wait=${ROUND_SECONDS}`, idleMs: (ROUND_SECONDS + 30) * 1000 });
    }
  }
  return current;
}

/** The whole result of an execution that is done; views hold a preview of long ones. */
export async function resultOf(daemon: Daemon, view: ExecutionView): Promise<unknown> {
  if (view.state !== 'done' || view.result === undefined) return null;
  return daemon.ask({ path: `${executionPath(view.id)}/result` });
}
