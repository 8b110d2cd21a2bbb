import type { Actor, Published } from './actor.ts';
import type { Catalog } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import type { Execution } from './executions.ts';
import type { KnownSource, KnownSources } from './known-sources.ts';
import type { Limits } from './limits.ts';
import type { Change, Runtime } from './runtime.ts';
import { isSettled, isWaiting, sourceView } from './views.ts';
import { createWaiters } from './waiting.ts';

type Of<K extends Published['kind']> = Extract<Published, { kind: K }>;

/** How far the indexing of a source is. */
export interface Progress {
  done: number;
  total: number;
}

/**
 * What follows from a transition once it is stored: everybody who waits for it or listens is told, what is known in memory follows it,
 * and its deadline is put into the calendar.
 */
export function createPublication(log: (line: string) => void) {
  const listeners = new Set<(change: Change) => void>();
  const progress = new Map<string, Progress>();
  const executionWaiters = createWaiters<Execution>();
  const sourceWaiters = createWaiters<KnownSource>();

  function publish(change: Change): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        // A listener that fails must not keep the others from hearing (STYLE, R6).
        log(`a listener failed: ${error}`);
      }
    }
  }

  return {
    progress,
    executionWaiters,
    sourceWaiters,

    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** The indexing of a source got so far, or has ended. */
    onProgress(source: KnownSource | undefined, namespace: string, at: Progress | undefined, cursor: number): void {
      if (at) progress.set(namespace, at);
      else progress.delete(namespace);
      if (at && source) publish({ topic: 'sources', id: namespace, seq: source.seq, cursor, entries: [], view: sourceView(source, at) });
    },

    /** Told of every transition that is stored. */
    follow(parts: {
      known: KnownSources;
      catalog: Catalog;
      dispatch: Dispatch;
      limits: Limits;
      /** Takes note of an account's new state; gives its deadline. */
      account: (actor: Of<'connection'>) => string | undefined;
      connections: () => Runtime['connections'];
      executions: () => { view(actor: Execution): Extract<Change, { topic: 'executions' }>['view'] };
      /** Something is due at that time. */
      consider: (due: string) => void;
    }) {
      const { known, catalog, dispatch, limits, consider } = parts;

      function source(actor: Of<'source'>): void {
        const { id, seq, cursor, entries, state, context } = actor;
        const before = known.get(id)?.context.catalogued?.revision;
        known.follow(actor);
        const after = context.catalogued?.revision;
        if (before !== undefined && after !== before) catalog.prune(id, after).catch(error => log(`old catalog rows stay: ${error}`));
        if ((state === 'ready' || state === 'failed') && context.refreshAt) consider(context.refreshAt);
        sourceWaiters.notify(id, actor);
        publish({ topic: 'sources', id, seq, cursor, entries, view: sourceView(actor, progress.get(id), dispatch.outage(id)) });
      }

      function connection(actor: Of<'connection'>): void {
        const { id, seq, cursor, entries, context } = actor;
        const due = parts.account(actor);
        if (due) consider(due);
        const own = known.get(context.source);
        if (own) publish({ topic: 'sources', id: own.id, seq: own.seq, cursor, entries: [], view: sourceView(own, progress.get(own.id)) });
        if (listeners.size === 0) return;
        publish({ topic: 'connections', id, seq, cursor, entries, view: parts.connections().get(context.source, context.name) });
      }

      function execution(actor: Of<'call'> | Of<'program'>): void {
        const { id, seq, cursor, entries, state } = actor;
        if (isSettled(state)) dispatch.forget(id);
        if (actor.kind === 'program' && state === 'paused') catalog.rest(id);
        if (actor.kind === 'program' && isSettled(state) && mayHold(actor)) {
          catalog.letGo(id).catch(error => log(`catalog rows of ${id} stay: ${error}`));
        }
        if (isSettled(state) || isWaiting(state)) limits.release(id);
        executionWaiters.notify(id, actor);
        const due = deadlineOf(actor);
        if (due) consider(due);
        if (listeners.size > 0) publish({ topic: 'executions', id, seq, cursor, entries, view: parts.executions().view(actor) });
      }

      return (published: Published): void => {
        if (published.kind === 'source') source(published);
        else if (published.kind === 'connection') connection(published);
        else execution(published);
      };
    },
  };
}

function deadlineOf(actor: Execution): string | undefined {
  if (actor.kind === 'program') return actor.context.deadline;
  return actor.state === 'awaitingApproval' ? (actor as Actor<'call'>).context.interactions.at(-1)?.expiresAt : undefined;
}

/** A program that came to its end without a call has kept no catalog. */
const mayHold = ({ state, context }: Of<'program'>): boolean => state !== 'done' || context.calls.total > 0;
