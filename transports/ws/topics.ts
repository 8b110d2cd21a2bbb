import type { ConnectionView } from '../../machines/schema/connection.ts';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { ServerFrame } from '../../machines/schema/frame.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { ClientView } from '../../runtime/clients.ts';
import { demand, may, mayLookAt, reachesSource } from '../../runtime/principals.ts';
import type { Change, Runtime } from '../../runtime/runtime.ts';
import type { ActorKind } from '../../runtime/store.ts';
import { isWaiting } from '../../runtime/views.ts';

export type Topic = 'sources' | 'executions' | 'pending' | 'connections' | 'actors' | 'clients' | `actor:${string}`;

/** `actor:<id>` takes what `GET /api/actors/:id` takes: an execution's id, a namespace, or either with its kind before it. */
export const isTopic = (topic: string): topic is Topic =>
  topic === 'sources' ||
  topic === 'executions' ||
  topic === 'pending' ||
  topic === 'connections' ||
  topic === 'actors' ||
  topic === 'clients' ||
  /^actor:./.test(topic);

/** So many changes are remembered for clients that come back; who missed more gets a fresh snapshot. */
const REMEMBERED = 2000;
const SNAPSHOT = 100;

export interface Topics {
  listen(listener: (change: Change) => void): () => void;
  /** What a change means to a client that wants some topics. */
  framesOf(change: Change, principal: Principal, wants: (topic: string) => boolean): ServerFrame[];
  since(topic: Topic, cursor: number | undefined, principal: Principal): Promise<{ frames: ServerFrame[]; reset: boolean }>;
  close(): void;
}

/** The kind of actor that changed. */
export const kindOf = (change: Change): ActorKind =>
  change.topic === 'sources' ? 'source' : change.topic === 'connections' ? 'connection' : change.view.kind;

/** A connection without what only the owner may use: the open link of a login. */
export function forEyesOf({ role }: Principal, view: ConnectionView): ConnectionView {
  if (role === 'owner') return view;
  const { authorizeUrl: _, userCode: __, ...rest } = view;
  return rest;
}

/** A client that has shown up. Nothing of it is stored, so it has no number of its own. */
export const clientSeen = (view: ClientView, cursor: number): ServerFrame => ({
  type: 'view',
  topic: 'clients',
  id: view.name,
  seq: 0,
  cursor,
  view,
});

/** What each topic consists of, and what of it a client missed. */
export function openTopics(runtime: Runtime): Topics {
  const listeners = new Set<(change: Change) => void>();
  const recent: Change[] = [];
  /** Everything after this commit is in `recent`. */
  let complete = runtime.stats().cursor;

  const stop = runtime.subscribe(change => {
    recent.push(change);
    if (recent.length > REMEMBERED) complete = recent.shift()!.cursor;
    for (const listener of listeners) listener(change);
  });

  const visible = (view: ExecutionView, principal: Principal) => mayLookAt(principal, view.principal, view.tool);
  const reached = (namespace: string, principal: Principal) => reachesSource(principal, namespace);

  function shown(change: Change, principal: Principal): boolean {
    if (change.topic === 'executions') return visible(change.view, principal);
    return change.topic === 'sources' ? reached(change.id, principal) : may(principal, 'read');
  }

  function framesOf(change: Change, principal: Principal, wants: (topic: string) => boolean): ServerFrame[] {
    return [
      ...listFrames(change, principal).filter(({ topic }) => wants(topic)),
      ...(wants('actors') ? transitionFrames(change, principal) : []),
      ...actorFrames(change, principal, wants),
    ];
  }

  /** Each transition of any actor, as it is stored: what the visualizer lights its charts with. */
  function transitionFrames(change: Change, principal: Principal): ServerFrame[] {
    const { id, seq, cursor, entries } = change;
    if (!shown(change, principal)) return [];
    const kind = kindOf(change);
    const passed = entries.map(({ at, event, state }) => ({ at, event: (event as { type: string }).type, state }));
    if (passed.length === 0) return [];
    return [{ type: 'view', topic: 'actors', id: `${kind}:${id}`, seq, cursor, view: { actor: `${kind}:${id}`, kind, id, passed } }];
  }

  /** The event log of one actor, entry by entry, then the view it led to. */
  function actorFrames(change: Change, principal: Principal, wants: (topic: string) => boolean): ServerFrame[] {
    const { id, seq, cursor, entries } = change;
    if (!shown(change, principal)) return [];
    const view = change.topic === 'connections' ? forEyesOf(principal, change.view) : change.view;
    return [`actor:${id}`, `actor:${kindOf(change)}:${id}`]
      .filter(wants)
      .flatMap(topic => [
        ...entries.map((entry): ServerFrame => ({ type: 'log', topic, id, seq: entry.seq, cursor, entry })),
        { type: 'view', topic, id, seq, cursor, view },
      ]);
  }

  function listFrames(change: Change, principal: Principal): ServerFrame[] {
    const { id, seq, cursor } = change;
    if (change.topic === 'sources') {
      if (!reached(id, principal)) return [];
      const gone = change.view.state === 'removed';
      return [
        gone ? { type: 'gone', topic: 'sources', id, seq, cursor } : { type: 'view', topic: 'sources', id, seq, cursor, view: change.view },
      ];
    }
    if (!shown(change, principal)) return [];
    if (change.topic === 'connections') {
      return [{ type: 'view', topic: 'connections', id, seq, cursor, view: forEyesOf(principal, change.view) }];
    }
    const { view } = change;
    const frames: ServerFrame[] = view.parent ? [] : [{ type: 'view', topic: 'executions', id, seq, cursor, view }];
    // What a program waits for, its calls wait for: they are what is answered.
    if (view.kind === 'program') return frames;
    if (isWaiting(view.state)) frames.push({ type: 'view', topic: 'pending', id, seq, cursor, view });
    else if (view.interactions.length > 0) frames.push({ type: 'gone', topic: 'pending', id, seq, cursor });
    return frames;
  }

  async function snapshot(topic: Topic, principal: Principal): Promise<ServerFrame[]> {
    const { cursor } = runtime.stats();
    if (topic === 'sources') {
      const shown = runtime.sources.list().filter(({ namespace }) => reached(namespace, principal));
      return shown.map(view => ({ type: 'view', topic, id: view.namespace, seq: 0, cursor, view }));
    }
    if (topic === 'connections') {
      demand(principal, 'read');
      return runtime.connections.list().map(view => ({
        type: 'view',
        topic,
        id: `${view.source}/${view.name}`,
        seq: 0,
        cursor,
        view: forEyesOf(principal, view),
      }));
    }
    if (topic.startsWith('actor:')) return actorSnapshot(topic, principal);
    if (topic === 'clients') return runtime.clients.list().map(view => clientSeen(view, cursor));
    if (topic === 'actors') return []; // what has been is in the rows; this topic tells what happens now
    const filter = topic === 'pending' ? { state: 'pending' as const, limit: 1000 } : { limit: SNAPSHOT };
    const { items } = await runtime.executions.list(filter, principal);
    return items.map(view => ({ type: 'view', topic, id: view.id, seq: 0, cursor, view }));
  }

  async function actorSnapshot(topic: string, principal: Principal): Promise<ServerFrame[]> {
    const name = runtime.actors.nameOf(topic.slice('actor:'.length));
    const { cursor } = runtime.stats();
    const [kind = ''] = name.split(':', 1);
    const id = name.slice(kind.length + 1);
    const view = viewOf(kind as ActorKind, id, principal);
    const { log, seq } = await runtime.actors.get(name);
    return [
      ...log.map((entry): ServerFrame => ({ type: 'log', topic, id, seq: entry.seq, cursor, entry })),
      { type: 'view', topic, id, seq, cursor, view },
    ];
  }

  function viewOf(kind: ActorKind, id: string, principal: Principal): unknown {
    if (kind === 'call' || kind === 'program') return runtime.executions.get(id, principal);
    if (kind === 'connection') {
      demand(principal, 'read');
      const [source = '', name = ''] = id.split('/');
      return forEyesOf(principal, runtime.connections.get(source, name));
    }
    if (!reached(id, principal)) throw new FaultError('source_not_found', `there is no source ${id}`);
    return runtime.sources.get(id);
  }

  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    framesOf,
    async since(topic, cursor, principal) {
      if (cursor === undefined || cursor < complete || cursor > runtime.stats().cursor) {
        return { frames: await snapshot(topic, principal), reset: true };
      }
      const newest = new Map<string, ServerFrame>();
      for (const change of recent) {
        if (change.cursor <= cursor) continue;
        // Of a view the newest counts, of a log each entry.
        for (const frame of framesOf(change, principal, wanted => wanted === topic)) {
          newest.set(frame.type === 'log' ? `${frame.id}!${frame.seq}` : frame.id, frame);
        }
      }
      return { frames: [...newest.values()], reset: false };
    },
    close: stop,
  };
}
