import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerFrame } from '../machines/schema/frame.ts';
import type { SourceView } from '../machines/schema/source.ts';
import { connectRunning, type Daemon } from './connect.ts';
import { note } from './print.ts';

/** Does something now, and again each time a source brings another catalog, for as long as the command runs. */
export async function watchCatalog(first: Daemon, act: () => Promise<void>): Promise<never> {
  let known = '';
  let acting: Promise<void> = Promise.resolve();
  const revisions = new Map<string, number>();
  const consider = () => {
    const now = JSON.stringify([...revisions].sort());
    if (now === known) return;
    known = now;
    acting = acting.then(act).catch((error: Error) => void note(`executor: ${error.message}`));
  };
  for (let daemon: Daemon | undefined = first; ; daemon = await connectRunning().catch(() => undefined)) {
    if (daemon) await listen(daemon, frame => hear(frame, revisions, consider));
    await sleep(500);
  }
}

function hear(frame: ServerFrame, revisions: Map<string, number>, consider: () => void): void {
  if (frame.type === 'gone') revisions.delete(frame.id);
  else if (frame.type === 'view') {
    const { namespace, revision, state } = frame.view as SourceView;
    if (state === 'removed') revisions.delete(namespace);
    else if (revision !== undefined) revisions.set(namespace, revision);
  } else if (frame.type !== 'ready') return;
  consider();
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
