import type { ExecutionView } from '../../machines/schema/execution.ts';
import { isSettled, isWaiting } from './answer.ts';
import type { Asking } from './asking.ts';

/**
 * Waits for an execution as long as the client can be kept waiting: until it is settled, until it waits for a person (that may take
 * days, so it is answered at once), or until the hold is over. With progress asked for, a notification every few seconds keeps the
 * client's clock from running out. A client that goes ends only the waiting. What a call's start gives may not be stored yet, and nothing
 * may be announced before it is: so `wait` is asked in any case.
 */
export async function hold({ id }: ExecutionView, asking: Asking): Promise<ExecutionView> {
  const { runtime, principal, signal } = asking;
  asking.about?.(id);
  const rests = (view: ExecutionView) => isSettled(view) || isWaiting(view);
  return slices(asking, asking.hold.seconds, rests, seconds => runtime.executions.wait(id, principal, { seconds, signal }));
}

/** Like `hold`, but a person's answer is waited for too, a while: who asks for the outcome has shown the link and has nothing else to do. */
export async function holdForPerson(id: string, asking: Asking): Promise<ExecutionView> {
  const view = await hold(asking.runtime.executions.get(id, asking.principal), asking);
  if (!isWaiting(view)) return view;
  const acted = (latest: ExecutionView) => !isWaiting(latest);
  const answered = await slices(asking, asking.hold.personSeconds, acted, seconds => personActs(id, asking, seconds));
  return acted(answered) ? hold(answered, asking) : answered;
}

/** One wait, or with progress asked for many short ones with a notification after each. */
async function slices(
  { signal, progress, hold: { progressSeconds, progressEverySeconds } }: Asking,
  seconds: number,
  isOver: (view: ExecutionView) => boolean,
  wait: (seconds: number) => Promise<ExecutionView>,
): Promise<ExecutionView> {
  if (!progress) return wait(seconds);
  for (let waited = progressEverySeconds; ; waited += progressEverySeconds) {
    const view = await wait(progressEverySeconds);
    if (isOver(view) || waited >= progressSeconds || signal.aborted) return view;
    await progress(waited, `${view.tool ?? view.kind} is ${view.state}`);
  }
}

/** The view once it no longer waits for a person, or as it is after `seconds`. */
async function personActs(id: string, { runtime, principal, signal }: Asking, seconds: number): Promise<ExecutionView> {
  await new Promise<void>(resolve => {
    const end = () => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    const stop = runtime.subscribe(change => {
      if (change.topic === 'executions' && change.id === id && !isWaiting(change.view)) end();
    });
    signal.addEventListener('abort', end);
    if (signal.aborted || !isWaiting(runtime.executions.get(id, principal))) end();
  });
  return runtime.executions.get(id, principal);
}
