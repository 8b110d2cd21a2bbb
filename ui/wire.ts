import type { ClientFrame, ServerFrame } from '../machines/schema/frame.ts';
import { base } from './base.ts';
import { request } from './request.ts';
import { protocols } from './session.ts';
import { notify, store, type TopicName } from './store.ts';

const TOPICS: readonly TopicName[] = ['sources', 'executions', 'pending'];
const FIRST_RETRY = 400;
const LAST_RETRY = 8000;

let socket: WebSocket | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let delay = FIRST_RETRY;
const watched = new Map<string, number>();
let queue: ServerFrame[] = [];
let flushing = false;

/** Opens the live connection and keeps it: whenever it breaks it comes back by itself and asks only for what was missed. */
export function connect(): void {
  clearTimeout(retry);
  socket?.close();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}${base}/ws`, protocols());
  socket = opened;
  opened.onopen = () => {
    delay = FIRST_RETRY;
    const context = store.getSnapshot().context;
    store.trigger.connected();
    for (const topic of TOPICS) {
      const since = context[topic].cursor;
      opened.send(JSON.stringify({ type: 'subscribe', topic, ...(since !== undefined && { since }) } satisfies ClientFrame));
    }
    for (const topic of watched.keys()) opened.send(JSON.stringify({ type: 'subscribe', topic } satisfies ClientFrame));
  };
  opened.onmessage = message => receive(JSON.parse(message.data as string) as ServerFrame);
  opened.onclose = () => {
    if (socket === opened) lost();
  };
}

/** Asks for a further topic for as long as somebody looks. Returns the way to stop. */
export function watch(topic: string): () => void {
  const count = watched.get(topic) ?? 0;
  watched.set(topic, count + 1);
  if (count === 0) say({ type: 'subscribe', topic });
  return () => {
    const left = (watched.get(topic) ?? 1) - 1;
    if (left > 0) watched.set(topic, left);
    else {
      watched.delete(topic);
      say({ type: 'unsubscribe', topic });
      store.trigger.unwatched({ topic });
    }
  };
}

function say(frame: ClientFrame): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

/** Closes the connection for good, until `connect` is called again. */
export function disconnect(): void {
  clearTimeout(retry);
  const closing = socket;
  socket = undefined;
  closing?.close();
}

function lost(): void {
  socket = undefined;
  store.trigger.offline();
  // A refused handshake looks like any other failure to a page; a request tells a lost session from a lost daemon.
  request('GET', '/api/connect').catch(() => undefined);
  retry = setTimeout(connect, delay * (0.75 + Math.random() / 2));
  delay = Math.min(delay * 2, LAST_RETRY);
}

/** At most so often, in milliseconds, is what happened shown: faster nobody can read, and each showing is a frame's work. */
const BEAT = 80;
let flushed = Number.NEGATIVE_INFINITY;

/** A change is shown with the next frame; many are shown together, a beat after those before. A hidden tab gets no frames, so it uses a timer. */
function receive(frame: ServerFrame): void {
  if (frame.type === 'error' && !frame.topic.startsWith('actor:'))
    notify('failed', `The daemon cannot show ${frame.topic}: ${messageOf(frame.error)}`);
  queue.push(frame);
  if (flushing) return;
  flushing = true;
  const left = flushed + BEAT - performance.now();
  if (document.hidden) setTimeout(flush, 100);
  else if (left <= 0) requestAnimationFrame(flush);
  else setTimeout(() => (document.hidden ? flush() : requestAnimationFrame(flush)), left);
}

function flush(): void {
  flushing = false;
  flushed = performance.now();
  const frames = queue;
  queue = [];
  store.trigger.frames({ frames });
}

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

function hurry(): void {
  if (!retry || socket || store.getSnapshot().context.session !== 'open') return;
  delay = FIRST_RETRY;
  connect();
}

window.addEventListener('online', hurry);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) hurry();
});
