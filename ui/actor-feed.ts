import type { LogEntry } from '../machines/schema/execution.ts';
import type { ServerFrame } from '../machines/schema/frame.ts';
import { groupBy } from './group.ts';

/** What `/ws` said of one actor: its event log, and the view the log led to. */
export interface ActorFeed {
  ready: boolean;
  entries: readonly LogEntry[];
  view: unknown;
  error?: { code: string; message: string };
}

/** One transition of any actor, as it was stored. */
export interface Transition {
  key: string;
  actor: string;
  kind: string;
  id: string;
  at: string;
  event: string;
  state: string;
  seq: number;
}

const NOTHING: ActorFeed = { ready: false, entries: [], view: undefined };

/** So many of the newest transitions are kept for whoever looks. */
const KEPT = 80;

/** Folds frames into the feeds of the actors somebody watches. */
export function applyToFeeds(feeds: ReadonlyMap<string, ActorFeed>, frames: readonly ServerFrame[]): ReadonlyMap<string, ActorFeed> {
  const mine = frames.filter(frame => frame.topic.startsWith('actor:'));
  if (mine.length === 0) return feeds;
  const next = new Map(feeds);
  for (const [topic, about] of groupBy(mine, frame => frame.topic)) next.set(topic, fold(next.get(topic) ?? NOTHING, about));
  return next;
}

function fold(feed: ActorFeed, frames: readonly ServerFrame[]): ActorFeed {
  const bySeq = new Map(feed.entries.map(entry => [entry.seq, entry]));
  const next = { ...feed };
  for (const frame of frames) {
    if (frame.type === 'log') bySeq.set((frame.entry as LogEntry).seq, frame.entry as LogEntry);
    if (frame.type === 'view') next.view = frame.view;
    if (frame.type === 'ready') next.ready = true;
    if (frame.type === 'error') next.error = frame.error as { code: string; message: string };
  }
  next.entries = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return next;
}

/** Adds the transitions that frames tell of; the newest come first. */
export function applyToTransitions(known: readonly Transition[], frames: readonly ServerFrame[]): readonly Transition[] {
  const told: Transition[] = [];
  for (const frame of frames) {
    if (frame.topic !== 'actors' || frame.type !== 'view') continue;
    const { actor, kind, id, passed } = frame.view as {
      actor: string;
      kind: string;
      id: string;
      passed: { at: string; event: string; state: string }[];
    };
    passed.forEach((one, index) => {
      const seq = frame.seq - passed.length + index + 1;
      told.push({ key: `${actor}!${seq}`, actor, kind, id, seq, ...one });
    });
  }
  return told.length === 0 ? known : [...told.reverse(), ...known].slice(0, KEPT);
}

/** A client that has shown up, as it names itself. */
export interface ClientView {
  name: string;
  version?: string;
  seenAt: string;
}

/** Adds the clients that frames tell of. */
export function applyToClients(known: ReadonlyMap<string, ClientView>, frames: readonly ServerFrame[]): ReadonlyMap<string, ClientView> {
  const told = frames.flatMap(frame => (frame.topic === 'clients' && frame.type === 'view' ? [frame.view as ClientView] : []));
  return told.length === 0 ? known : new Map([...known, ...told.map(view => [view.name, view] as const)]);
}
