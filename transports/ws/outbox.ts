import type { WebSocket } from 'ws';
import type { ServerFrame } from '../../machines/schema/frame.ts';

/** Above this many unsent bytes a client counts as slow. */
const SLOW_BYTES = 256 * 1024;

/** So many frames are held for a slow client. */
const MOST = 10_000;

export interface Outbox {
  push(frame: ServerFrame): void;
}

/** Sends frames; while the client is slow, a newer frame about the same thing takes the place of the older one. */
export function createOutbox(ws: WebSocket): Outbox {
  const held = new Map<string, ServerFrame>();
  let sending = false;

  function flush(): void {
    sending = false;
    for (const [key, frame] of held) {
      if (ws.bufferedAmount > SLOW_BYTES) break;
      held.delete(key);
      send(frame);
    }
  }

  function send(frame: ServerFrame): void {
    if (ws.readyState !== ws.OPEN) return;
    const isFull = ws.bufferedAmount > SLOW_BYTES / 2;
    // The callback of one frame tells that there is room again.
    if (isFull && !sending) {
      sending = true;
      ws.send(JSON.stringify(frame), flush);
    } else ws.send(JSON.stringify(frame));
  }

  return {
    push(frame) {
      if (held.size === 0 && ws.bufferedAmount <= SLOW_BYTES) {
        send(frame);
        return;
      }
      const key = keyOf(frame);
      // Entries of logs cannot be left out: who is that far behind comes back with its cursor, and gets what it missed.
      if (held.size >= MOST) {
        ws.terminate();
        return;
      }
      // A newer frame goes to the end, so that a `ready` never overtakes what it promises.
      held.delete(key);
      held.set(key, frame);
    },
  };
}

/** What a frame is about: a newer one about the same takes its place. Entries of a log are each about themselves. */
function keyOf({ type, topic, id, seq }: ServerFrame): string {
  if (type === 'ready' || type === 'error') return `${type}!${topic}`;
  return type === 'log' ? `log!${topic}!${seq}` : `${topic}!${id}`;
}
