import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ExecutionView } from '../machines/schema/execution.ts';
import type { ServerFrame } from '../machines/schema/frame.ts';
import { connectRunning, type Daemon } from './connect.ts';
import { AnswerError, UnreachableError } from './failure.ts';
import { note } from './print.ts';

const REMEMBERED = 1000;

/**
 * Tells of every change of every execution from now on, for as long as the command runs. A daemon that goes away is waited for, not
 * started: somebody stopped it.
 */
export async function watchExecutions(first: Daemon, onChange: (view: ExecutionView) => void): Promise<never> {
  const fresh = createNews();
  let daemon: Daemon | undefined = first;
  let since: number | undefined;
  for (let met = false; ; ) {
    if (daemon) {
      const known = met;
      const hear = (frame: ServerFrame) => {
        if (frame.type === 'error') throw new AnswerError(frame.error as AnswerError['fault'], 400, frame);
        if (frame.cursor > (since ?? -1)) since = frame.cursor;
        met ||= frame.type === 'ready';
        if (frame.type !== 'view') return;
        // What there was before the watching began is remembered, not told.
        const isOld = frame.seq === 0 && !known;
        if (fresh(frame.view as ExecutionView) && !isOld) onChange(frame.view as ExecutionView);
      };
      await listen(daemon, since, hear).catch((error: Error) => {
        if (!known || error instanceof AnswerError) throw error;
      });
      note('The daemon went away; waiting for it.');
    }
    await sleep(500);
    daemon = await connectRunning().catch(() => undefined);
  }
}

/** Resolves when the socket closes; rejects when it never opened or `hear` threw. */
function listen(daemon: Daemon, since: number | undefined, hear: (frame: ServerFrame) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(
      `${daemon.url.replace(/^http/, 'ws')}/ws`,
      daemon.token ? { headers: { authorization: `Bearer ${daemon.token}` } } : {},
    );
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic: 'executions', ...(since !== undefined && { since }) })));
    socket.on('message', data => {
      try {
        hear(JSON.parse(String(data)));
      } catch (error) {
        reject(error);
        socket.terminate();
      }
    });
    socket.on('close', () => resolve());
    socket.on('error', cause => reject(new UnreachableError(`${daemon.url}/ws does not answer: ${cause.message}`, { cause })));
  });
}

/** Whether a view says something that was not said before: a fresh snapshot repeats much. */
function createNews(): (view: ExecutionView) => boolean {
  const last = new Map<string, string>();
  return view => {
    const said = `${view.state} ${view.interactions.length}`;
    if (last.get(view.id) === said) return false;
    last.delete(view.id);
    last.set(view.id, said);
    if (last.size > REMEMBERED) last.delete(last.keys().next().value!);
    return true;
  };
}
