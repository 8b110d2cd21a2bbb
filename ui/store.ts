import { createStore } from '@xstate/store';
import { useSyncExternalStore } from 'react';
import type { ExecutionView } from '../machines/schema/execution.ts';
import type { ServerFrame } from '../machines/schema/frame.ts';
import type { SourceView } from '../machines/schema/source.ts';
import { type ActorFeed, applyToClients, applyToFeeds, applyToTransitions, type ClientView, type Transition } from './actor-feed.ts';

/** What the daemon published under one topic. `incoming` is what a running snapshot has brought so far. */
export interface Topic<V> {
  ready: boolean;
  cursor: number | undefined;
  items: ReadonlyMap<string, Entry<V>>;
  incoming: ReadonlySet<string> | undefined;
}
export interface Entry<V> {
  seq: number;
  view: V;
}
export type TopicName = 'sources' | 'executions' | 'pending';
export interface Notice {
  id: number;
  tone: 'done' | 'failed' | 'idle';
  text: string;
  to?: string;
  /** What can be done about it, such as taking it back. */
  action?: { label: string; run: () => void };
}

/** The newest settled executions are kept up to this many; older ones are asked for over HTTP. */
const KEPT = 400;
const SETTLED = new Set(['done', 'failed', 'denied', 'cancelled']);
const empty = <V>(): Topic<V> => ({ ready: false, cursor: undefined, items: new Map(), incoming: undefined });

/** The one client store: what `/ws` says, whether it is heard, and what the user was just told. */
export const store = createStore({
  context: {
    session: 'unknown' as 'unknown' | 'none' | 'open',
    link: 'connecting' as 'connecting' | 'live' | 'offline',
    /** Grows with each reconnection; what was fetched over HTTP in an earlier one is fetched again. */
    epoch: 0,
    sources: empty<SourceView>(),
    executions: empty<ExecutionView>(),
    pending: empty<ExecutionView>(),
    /** Clients that have connected over MCP, by name; told while somebody watches. */
    clients: new Map() as ReadonlyMap<string, ClientView>,
    /** Whether those that had connected before are told. */
    clientsReady: false,
    /** What the principals behind tokens are called. */
    names: new Map() as ReadonlyMap<string, string>,
    /** Grows with each change of a connection; told while somebody watches. */
    connectionsMark: 0,
    /** The actors somebody watches, by topic. */
    actors: new Map() as ReadonlyMap<string, ActorFeed>,
    /** What any actor did last, newest first; told while somebody watches. */
    transitions: [] as readonly Transition[],
    notices: [] as Notice[],
  },
  on: {
    session: (context, event: { state: 'none' | 'open' }) => ({ ...context, session: event.state }),
    offline: context => ({ ...context, link: 'offline' as const }),
    connected: context => ({
      ...context,
      link: 'live' as const,
      epoch: context.link === 'connecting' ? context.epoch : context.epoch + 1,
      sources: { ...context.sources, incoming: new Set<string>() },
      executions: { ...context.executions, incoming: new Set<string>() },
      pending: { ...context.pending, incoming: new Set<string>() },
    }),
    frames: (context, event: { frames: ServerFrame[] }) => ({
      ...context,
      sources: apply(context.sources, event.frames, 'sources'),
      executions: trim(apply(context.executions, event.frames, 'executions')),
      pending: apply(context.pending, event.frames, 'pending'),
      clients: applyToClients(context.clients, event.frames),
      clientsReady: context.clientsReady || event.frames.some(({ topic, type }) => topic === 'clients' && type === 'ready'),
      connectionsMark: context.connectionsMark + event.frames.filter(isConnectionChange).length,
      actors: applyToFeeds(context.actors, event.frames),
      transitions: applyToTransitions(context.transitions, event.frames),
    }),
    unwatched: (context, event: { topic: string }) => ({
      ...context,
      actors: new Map([...context.actors].filter(([topic]) => topic !== event.topic)) as ReadonlyMap<string, ActorFeed>,
    }),
    named: (context, event: { names: ReadonlyMap<string, string> }) => ({ ...context, names: event.names }),
    notice: (context, event: { notice: Notice }) => ({ ...context, notices: [...context.notices.slice(-2), event.notice] }),
    dismiss: (context, event: { id: number }) => ({ ...context, notices: context.notices.filter(notice => notice.id !== event.id) }),
  },
});

export type Context = ReturnType<typeof store.getSnapshot>['context'];

const isConnectionChange = ({ topic, type }: ServerFrame): boolean => topic === 'connections' && type === 'view';

/** Folds frames into a topic. A `ready` with `reset` drops what the snapshot did not bring. */
export function apply<V>(topic: Topic<V>, frames: readonly ServerFrame[], name: TopicName): Topic<V> {
  const mine = frames.filter(frame => frame.topic === name);
  if (mine.length === 0) return topic;
  const items = new Map(topic.items);
  let { ready, cursor } = topic;
  let incoming = topic.incoming && new Set(topic.incoming);
  for (const frame of mine) {
    if (frame.type === 'view') {
      items.set(frame.id, { seq: frame.seq, view: frame.view as V });
      incoming?.add(frame.id);
    } else if (frame.type === 'gone') {
      items.delete(frame.id);
    } else if (frame.type === 'ready') {
      if (frame.reset && incoming) for (const id of items.keys()) if (!incoming.has(id)) items.delete(id);
      incoming = undefined;
      ready = true;
    }
    if (frame.type !== 'error') cursor = Math.max(cursor ?? 0, frame.cursor);
    if (frame.type === 'ready' && frame.reset) cursor = frame.cursor;
  }
  return { ready, cursor, items, incoming };
}

function trim(topic: Topic<ExecutionView>): Topic<ExecutionView> {
  if (topic.items.size <= KEPT * 1.25) return topic;
  const settled = [...topic.items].filter(([, entry]) => SETTLED.has(entry.view.state));
  settled.sort(([, a], [, b]) => (a.view.startedAt < b.view.startedAt ? -1 : 1));
  const items = new Map(topic.items);
  for (const [id] of settled.slice(0, topic.items.size - KEPT)) items.delete(id);
  return { ...topic, items };
}

/** Reads from the store and renders again when what was read has changed. `select` must not build new objects. */
export function useStore<T>(select: (context: Context) => T): T {
  return useSyncExternalStore(subscribe, () => select(store.getSnapshot().context));
}

// One and the same function, else every render would subscribe anew.
const subscribe = (onChange: () => void): (() => void) => store.subscribe(onChange).unsubscribe;

let notices = 0;

/** Tells the user, briefly, that something they did has happened or has not. `more` is where to look, or what can be done about it. */
export function notify(tone: Notice['tone'], text: string, more?: string | NonNullable<Notice['action']>): void {
  const id = ++notices;
  const extra = typeof more === 'string' ? { to: more } : more && { action: more };
  store.trigger.notice({ notice: { id, tone, text, ...extra } });
  setTimeout(() => store.trigger.dismiss({ id }), typeof more === 'object' ? 12_000 : 6000);
}
