import type { ProgramContext, ProgramEnd, Tally } from '../../machines/schema/program.ts';
import type { Actor } from '../actor.ts';
import type { EffectRequest } from '../logic.ts';
import type { Registry } from '../registry.ts';
import type { ActorKind, Op, Store } from '../store.ts';
import { isSettled, isWaiting } from '../views.ts';
import { childId } from './child-id.ts';
import { createSession, type Session } from './session.ts';
import type { SessionParts } from './session-parts.ts';

/**
 * The programs that run, and what their calls mean to them. Everything here happens in the tick of the step that causes it, so that it is
 * stored with it: a call that is answered wakes its program in the same batch, a program that ends cancels what still waits in the same batch.
 */
export function createPrograms(parts: Omit<SessionParts, 'call'> & { store: Store; registry: () => Registry }) {
  const { store, registry } = parts;
  const sessions = new Map<string, Session>();
  let closed = false;

  const callOf = (id: string) => registry().current('call', id);

  /** The effect of the machine: never ends when the program pauses, is cancelled or the daemon stops. */
  function run({ id, context, resumed, signal }: EffectRequest): Promise<ProgramEnd> {
    const program = context as ProgramContext;
    const session = createSession(
      { ...parts, call: callOf },
      {
        id,
        context: program,
        start: startOf(program, resumed),
        onPause: (waiting, calls) => registry().send('program', id, { type: 'pause', waiting, calls } as never),
      },
    );
    sessions.set(id, session);
    signal.addEventListener('abort', session.kill, { once: true });
    return session.run();
  }

  function callStepped({ id, state, context: call }: Actor<'call'>): void {
    const { parent, step } = call;
    if (parent === undefined || step === undefined) return;
    const session = sessions.get(parent);
    if (session) {
      session.childChanged(step, state, call);
      return;
    }
    const program = registry().current('program', parent);
    if (program?.state === 'paused' && !isWaiting(state)) registry().send('program', parent, { type: 'wake' } as never);
    // Nobody is asked for what nothing waits for any more. What may have happened already is still put to a person.
    if (program && isSettled(program.state) && state !== 'paused' && isWaiting(state)) queueMicrotask(() => withdraw(id, parent));
  }

  function withdraw(child: string, by: string): void {
    const state = callOf(child)?.state;
    if (!closed && state !== undefined && isWaiting(state)) registry().send('call', child, { type: 'cancel', by } as never);
  }

  function programStepped({ id, state, context }: Actor<'program'>): void {
    if (state === 'running') return;
    const session = sessions.get(id);
    sessions.delete(id);
    if (!isSettled(state)) return;
    for (const step of new Set([...(session?.open() ?? []), ...(context.waiting ?? [])])) withdraw(childId(id, step), id);
    if (session && !session.isLoaded()) void withdrawAll(id);
    const silenced = session?.silence() ?? [];
    if (silenced.length > 0) drop(silenced);
    session?.rest();
  }

  function drop(alarms: Op[]): void {
    store.write(alarms).catch(() => {
      // The writer has already ended all writing and told the daemon.
    });
  }

  /** Of a program that ended before it was known what it waited for. */
  async function withdrawAll(id: string): Promise<void> {
    const prefix = `asked!${id}!`;
    for (const key of await store.index.keys({ gte: prefix, lt: `asked!${id}"` }).all()) withdraw(key.slice(prefix.length), id);
  }

  return {
    run,

    /** Told of every step of every actor. */
    stepped(actor: Actor<ActorKind>): void {
      if (closed) return;
      if (actor.kind === 'call') callStepped(actor as Actor<'call'>);
      else if (actor.kind === 'program') programStepped(actor as Actor<'program'>);
    },

    /** A sleep is over. One that nothing waits for any more is forgotten. */
    ring(alarm: { program: string; n: number }, at: string): void {
      const { program, n } = alarm;
      if (!sessions.get(program)?.ring(n)) drop([parts.alarms.clear(program, n, Date.parse(at))]);
    },

    /** Whether it has asked or shown anything since it was set running. */
    hasAsked: (id: string): boolean => sessions.get(id)?.hasAsked() ?? true,

    /** Whether a program is under way: from the tick in which it pauses or ends it is not. */
    isRunning: (id: string): boolean => sessions.has(id),

    /** What is known of a program's calls, newer than its row says. */
    tally: (id: string): Tally | undefined => (sessions.get(id)?.isLoaded() ? sessions.get(id)?.tally() : undefined),

    /** Lets go of all programs as they are; the next start takes them up. */
    close(): void {
      closed = true;
      for (const session of sessions.values()) session.rest();
      sessions.clear();
    },
  };
}
/** What is known of a program at the beginning of a session: nothing has happened, everything is in the journal, or nobody knows. */
function startOf({ runs, forkedFrom }: ProgramContext, resumed: boolean): 'fresh' | 'woken' | 'resumed' {
  if (resumed) return 'resumed';
  if (runs > 1) return 'woken';
  return forkedFrom ? 'resumed' : 'fresh';
}

export type Programs = ReturnType<typeof createPrograms>;
