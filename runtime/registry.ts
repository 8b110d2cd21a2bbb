import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { FaultError, toFault } from '../machines/schema/fault.ts';

import { type Actor, type Actors, facts, fromRow, type Published } from './actor.ts';
import { actorRows } from './actor-rows.ts';
import { createBoots } from './boots.ts';
import { createEffects, type Spawn } from './effects.ts';
import { blank, type Live, nameOf } from './live.ts';
import { dropLog } from './log.ts';
import type { Logic } from './logic.ts';

import type { Quarantine } from './quarantine.ts';
import { migrated, restore } from './restore.ts';
import { advance, begin, type StepAction } from './step.ts';
import type { ActorKind, LogRow, Op, Row, Store } from './store.ts';
import type { Patience } from './writer.ts';

/** How many stored states are kept at hand. */
const RECENT = 256;

/**
 * The actor system. XState is the pure transition function; everything that happens, happens here (DESIGN, rule 1).
 *
 * R1. Only the registry computes transitions and starts or stops effects.
 * R2. Per actor, events are applied in the order they are delivered; the log has each of them, the row the last state of a batch.
 * R3. Nothing is published, nobody is asked and no effect starts before its transition is stored, but for effects that say they may.
 * R4. A claim goes into the batch of the transition that starts its effect, with fsync.
 * R5. A row that does not fit is quarantined, never dropped, never guessed.
 * R6. An actor is in memory only while it has an effect under way or a transition to store.
 */
export function createRegistry(options: {
  store: Store;
  logics: { [K in ActorKind]: Logic };
  quarantine: Quarantine;
  now: () => Date;
  onPublish: (published: Published) => void;
  /** Told of each step in the tick in which it is computed, before it is stored: what it leads to goes into the same batch. */
  onStep?: (actor: Actor<ActorKind>) => void;
}) {
  const { store, logics, quarantine, now } = options;
  const live = new Map<string, Live>();
  /** Stored states that were just published: whoever asked for them is about to look. */
  const recent = new Map<string, Actor<ActorKind>>();
  const effects = createEffects(logics, (actor, end) => deliver(actor, { ...end, at: now().toISOString() }));
  let isStopping = false;

  const checkOpen = () => {
    if (isStopping) throw new FaultError('internal', 'the daemon is stopping');
  };

  /** The row, checked and of this build's version. */
  function read(kind: ActorKind, id: string): Row | undefined {
    quarantine.check(kind, id);
    try {
      const row: unknown = store.actor.getSync(nameOf(kind, id));
      return row === undefined ? undefined : migrated(logics[kind], row);
    } catch (cause) {
      throw quarantine.setAside(kind, id, toFault(cause).message, cause);
    }
  }

  function wake(kind: ActorKind, id: string): Live | undefined {
    const known = live.get(nameOf(kind, id));
    if (known) return known;
    const row = read(kind, id);
    if (!row) return undefined;
    let snapshot: AnyMachineSnapshot;
    try {
      snapshot = restore(logics[kind], row);
    } catch (cause) {
      throw quarantine.setAside(kind, id, toFault(cause).message, cause);
    }
    const actor: Live = { ...blank(kind, id, snapshot), stored: snapshot, seq: row.seq, at: row.at };
    live.set(nameOf(kind, id), actor);
    return actor;
  }

  /** Takes one computed step into the actor: the log entry, the state, the effects that start and stop. */
  function step(actor: Live, event: { type: string; at: string }, next: AnyMachineSnapshot, actions: readonly StepAction[]): void {
    const logic = logics[actor.kind];
    actor.seq += 1;
    actor.at = event.at;
    actor.entries.push({ seq: actor.seq, at: event.at, event, state: String(next.value) });
    const before = actor.snapshot === next ? undefined : actor.snapshot;
    actor.sync ||= logic.sync(before, next);
    if (logic.notes) for (const draft of logic.notes(event, before, next)) actor.ops.push(store.note(draft));
    actor.snapshot = next;
    actor.dirty = true;
    for (const action of actions) {
      if (action.type === 'xstate.stopChild') effects.stop(actor, childId(action.params));
      if (action.type === 'xstate.spawnChild') effects.prepare(actor, action.params as Spawn, false);
    }
    options.onStep?.(facts(actor.kind, actor.id, actor));
  }

  function deliver(actor: Live, event: { type: string; at: string }): void {
    const { machine } = logics[actor.kind];
    const [next, actions] = advance(machine as AnyStateMachine, actor.snapshot, event);
    if (next === actor.snapshot && actions.length === 0 && actor.ops.length === 0) return;
    step(actor, event, next, actions);
    save(actor);
  }

  const queued = new Set<Live>();
  function save(actor: Live): void {
    if (queued.has(actor)) {
      store.writer.hurry();
      return;
    }
    queued.add(actor);
    let written: { snapshot: AnyMachineSnapshot; seq: number; at: string; entries: readonly LogRow[] };
    let starting: (() => void)[];
    store.writer.add({
      sync: () => actor.sync,
      patience: () => patienceOf(logics[actor.kind], actor),
      ops: () => {
        queued.delete(actor);
        written = { snapshot: actor.snapshot, seq: actor.seq, at: actor.at, entries: actor.entries };
        starting = [...actor.starting.values()];
        const ops = actorRows(store, logics[actor.kind], actor);
        actor.ops = [];
        actor.entries = [];
        actor.writing = true;
        actor.dirty = false;
        actor.sync = false;
        return ops;
      },
      done: cursor => {
        actor.stored = written.snapshot;
        actor.writing = false;
        const published = { ...facts(actor.kind, actor.id, written), cursor, entries: written.entries } as Published;
        remember(published);
        options.onPublish(published);
        if (effects.isClosed()) return;
        if (starting.length > 0) for (const start of starting) if ([...actor.starting.values()].includes(start)) start();
        passivate(actor);
      },
      failed: ignoreBroken,
    });
  }

  function remember(actor: Actor<ActorKind>): void {
    const name = nameOf(actor.kind, actor.id);
    recent.delete(name);
    recent.set(name, actor);
    if (recent.size > RECENT) recent.delete(recent.keys().next().value!);
  }

  function passivate(actor: Live): void {
    if (actor.dirty || actor.writing || actor.running.size > 0 || actor.starting.size > 0) return;
    live.delete(nameOf(actor.kind, actor.id));
  }

  return {
    /**
     * Creates an actor and takes it as far as it goes without waiting. Nothing is stored of one that its logic refuses at once.
     * @throws FaultError what `logic.refuse` says, or `internal` when the id is taken
     */
    spawn<K extends ActorKind>(kind: K, id: string, input: Omit<Actors[K]['input'], 'at'>, extra: Op[] = []): Actor<K> {
      checkOpen();
      if (live.has(nameOf(kind, id))) throw new FaultError('internal', `${kind} ${id} exists already`);
      const logic = logics[kind];
      const event = { type: 'xstate.init', at: now().toISOString() };
      const given = { ...input, at: event.at };
      const [snapshot, actions] = begin(logic.machine as AnyStateMachine, given);
      const actor = blank(kind, id, snapshot);
      actor.ops.push(...extra);
      // Queued before its first step: a step that ends in the same tick must find the actor where it belongs.
      queued.add(actor);
      step(actor, { ...event, input: given } as never, snapshot, actions);
      queued.delete(actor);
      const refused = logic.refuse?.(actor.snapshot);
      if (refused) throw new FaultError(refused.code, refused.message, refused.details ? { details: refused.details } : {});
      live.set(nameOf(kind, id), actor);
      save(actor);
      return facts(kind, id, actor) as Actor<K>;
    },

    /**
     * Delivers an event. The returned state is computed, not yet stored: wait for it to be published before telling anyone.
     * @returns the actor after the event, or undefined when there is none of that id
     */
    send<K extends ActorKind>(
      kind: K,
      id: string,
      event: Omit<Actors[K]['event'], 'at'> & { type: string },
      extra: Op[] = [],
    ): Actor<K> | undefined {
      checkOpen();
      const actor = wake(kind, id);
      if (!actor) return undefined;
      actor.ops.push(...extra);
      deliver(actor, { at: now().toISOString(), ...event });
      passivate(actor);
      return facts(kind, id, actor) as Actor<K>;
    },

    /** The newest state, stored or not: for deciding whether an event fits. */
    current<K extends ActorKind>(kind: K, id: string): Actor<K> | undefined {
      const actor = live.get(nameOf(kind, id));
      if (actor) return facts(kind, id, actor) as Actor<K>;
      const known = recent.get(nameOf(kind, id));
      if (known) return known as Actor<K>;
      const row = read(kind, id);
      return row && (fromRow(id, row) as Actor<K>);
    },

    /** Whether an actor is in memory, stored or not. */
    isLive: (kind: ActorKind, id: string): boolean => live.has(nameOf(kind, id)),

    /** The newest stored state: for showing. Undefined for an actor whose first row is still being written. */
    stored<K extends ActorKind>(kind: K, id: string): Actor<K> | undefined {
      const actor = live.get(nameOf(kind, id));
      if (actor && actor.stored === actor.snapshot) return facts(kind, id, actor) as Actor<K>;
      if (actor && actor.stored === undefined) return undefined;
      const known = recent.get(nameOf(kind, id));
      if (known) return known as Actor<K>;
      const row = read(kind, id);
      return row && (fromRow(id, row) as Actor<K>);
    },

    ...createBoots({ store, quarantine, wake, prepare: effects.prepare, passivate }),

    /** Operations that remove an actor and its log; it must not be running. */
    async erase(kind: ActorKind, id: string): Promise<Op[]> {
      live.delete(nameOf(kind, id));
      recent.delete(nameOf(kind, id));
      const ops: Op[] = [store.del(store.actor, nameOf(kind, id)), store.del(store.active, nameOf(kind, id))];
      ops.push(...(await dropLog(store, nameOf(kind, id))));
      return ops;
    },

    /** Actors in memory: those with an effect under way or something to store. */
    size: () => live.size,

    /**
     * Parks what runs: effects get `graceMs` to end, then are abandoned as at a crash; the next start takes them up again.
     */
    async close(graceMs: number): Promise<void> {
      isStopping = true;
      const deadline = new Promise(resolve => setTimeout(resolve, graceMs).unref());
      await Promise.race([effects.idle(), deadline]);
      await store.writer.idle();
      effects.close(live.values());
      live.clear();
    },
  };
}
export type Registry = ReturnType<typeof createRegistry>;

function patienceOf(logic: Logic, { id, snapshot, starting, running, stored, sync }: Live): Patience | undefined {
  if (sync || starting.size > 0) return undefined;
  // All that it asked for is under way already, and nobody is told of it before its next transition.
  if (running.size > 0 && stored === undefined && (logic.patient?.(id, snapshot.context) ?? true)) return 'stay';
  return running.size === 0 && logic.unawaited?.(id, snapshot) ? 'join' : undefined;
}

const childId = (params: unknown): string => (typeof params === 'string' ? params : (params as { id: string }).id);

/** The writer has already ended all writing and told the daemon. */
function ignoreBroken(): void {}
