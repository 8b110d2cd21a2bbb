import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerFrame } from '../machines/schema/frame.ts';
import type { SourceView } from '../machines/schema/source.ts';
import { connectRunning, type Daemon } from './connect.ts';
import { note } from './print.ts';

/** Between two attempts to find a daemon that went away. */
const PAUSE_MS = 500;

/**
 * Does something with each catalog there comes to be, the present one first, for as long as the command runs. A daemon that goes away
 * is waited for, wherever it comes back; what failed is done again then, or with the next catalog.
 * @throws AnswerError when the daemon does not tell us of its sources
 */
export async function watchCatalog(first: Daemon, act: (daemon: Daemon) => Promise<void>): Promise<never> {
  await first.ask({ path: '/api/sources' });
  let done: string | undefined;
  const follow = (daemon: Daemon) => {
    const revisions = new Map<string, number>();
    let tried = done;
    let isKnown = false;
    let isActing = false;
    const consider = async (): Promise<void> => {
      if (isActing) return;
      isActing = true;
      for (let now = written(revisions); now !== tried; now = written(revisions)) {
        tried = now;
        try {
          await act(daemon);
          done = now;
        } catch (error) {
          note(`executor: ${(error as Error).message}`);
        }
      }
      isActing = false;
    };
    return listen(daemon, frame => {
      hear(frame, revisions);
      // Before this every source of the catalog would be a new catalog.
      isKnown ||= frame.type === 'ready';
      if (isKnown) void consider();
    });
  };
  for (let daemon: Daemon | undefined = first; ; daemon = await connectRunning().catch(() => undefined)) {
    if (daemon) {
      await follow(daemon);
      note('The daemon went away; waiting for it.');
    }
    await sleep(PAUSE_MS);
  }
}

const written = (revisions: ReadonlyMap<string, number>): string => JSON.stringify([...revisions].sort());

function hear(frame: ServerFrame, revisions: Map<string, number>): void {
  if (frame.type === 'gone') revisions.delete(frame.id);
  if (frame.type !== 'view') return;
  const { namespace, revision, state } = frame.view as SourceView;
  if (state === 'removed') revisions.delete(namespace);
  // Without a catalog yet it has revision 0.
  else if (revision) revisions.set(namespace, revision);
}

/** Resolves when the socket closes, also when it never opened: the caller tries again. */
function listen({ url, token }: Daemon, onFrame: (frame: ServerFrame) => void): Promise<void> {
  return new Promise(resolve => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic: 'sources' })));
    socket.on('message', data => onFrame(JSON.parse(String(data))));
    socket.on('close', () => resolve());
    // `close` follows.
    socket.on('error', () => {});
  });
}
