import { FaultError } from '../../../machines/schema/fault.ts';
import { createTurns } from '../../turns.ts';
import type { Upstream } from '../../upstream.ts';
import type { Place, Verdict } from './connect.ts';
import { type Heard, Session } from './session.ts';

/** Limits of sessions, in milliseconds. */
export interface PoolLimits {
  /** Nobody has used it for so long: it is closed. */
  readonly idleMs: number;
  /** After so long it takes no new calls, and is closed when the last has ended. */
  readonly lifeMs: number;
  /** It must be open after so long. */
  readonly startMs: number;
}

export const LIMITS: PoolLimits = { idleMs: 300_000, lifeMs: 12 * 3_600_000, startMs: 60_000 };

/** So many children are started at once: each may be a package manager at work. */
const STARTS = 4;
/** After two failures in a row a server is left alone for so long, and twice as long each time. */
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** A session that was lost so soon after it was opened counts as a failure to start. */
const SHORT_MS = 5_000;

/** What a session is for. Calls with the same key share one. */
export interface Seat {
  /** The namespace, a line feed, and all else that makes another session of it: address, credential. */
  readonly key: string;
  readonly namespace: string;
  place(): Place;
}

/** A session in use; `release` it in the end. */
export interface Lease {
  readonly session: Session;
  release(): void;
  /** It stands still for a while: another call may go on, where only one may. */
  pause(): void;
}

interface Slot {
  readonly seat: Seat;
  session: Session | undefined;
  opening: Promise<Session> | undefined;
  /** Aborted when nobody waits any more for it to open. */
  readonly unwanted: AbortController;
  leases: number;
  bornAt: number;
  idle: NodeJS.Timeout | undefined;
  /** Calls that wait until an exclusive session is free. */
  readonly waiting: (() => void)[];
}

interface Health {
  failures: number;
  notBefore: number;
  last: FaultError | undefined;
}

/**
 * The sessions there are: one for each source and credential. Opened by the first call, kept while it is used and a while longer, never
 * opened at a start of the daemon.
 */
export function createPool(parts: {
  upstream: Upstream;
  limits?: Partial<PoolLimits> | undefined;
  onHeard(seat: Seat, heard: Heard): void;
}) {
  const { upstream, onHeard } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const slots = new Map<string, Slot>();
  const health = new Map<string, Health>();
  const verdicts = new Map<string, Verdict>();
  const turns = createTurns(STARTS);
  const closing = new Set<Promise<void>>();
  const end = new AbortController();

  function slotOf(seat: Seat): Slot {
    const known = slots.get(seat.key);
    const isOld = known?.session && Date.now() - known.bornAt > limits.lifeMs;
    if (known && !known.session?.gone && !isOld) return known;
    if (known) retire(known);
    const unwanted = new AbortController();
    const slot: Slot = { seat, session: undefined, opening: undefined, unwanted, leases: 0, bornAt: 0, idle: undefined, waiting: [] };
    slots.set(seat.key, slot);
    return slot;
  }

  /** Takes a session out of service; it is closed when its last call has ended. */
  function retire(slot: Slot): void {
    if (slots.get(slot.seat.key) === slot) slots.delete(slot.seat.key);
    clearTimeout(slot.idle);
    for (const go of slot.waiting.splice(0)) go();
    if (slot.leases === 0 || slot.session?.gone) shut(slot);
  }

  /** Those who waited for it to open have gone: the next one begins anew, and does not wait for what they found too long. */
  function abandon(slot: Slot): void {
    if (slots.get(slot.seat.key) === slot) slots.delete(slot.seat.key);
    slot.unwanted.abort();
  }

  function shut({ session }: Slot): void {
    if (!session) return;
    const done: Promise<void> = session.close().finally(() => closing.delete(done));
    closing.add(done);
  }

  async function open(slot: Slot): Promise<Session> {
    const { seat } = slot;
    const state = health.get(seat.key) ?? { failures: 0, notBefore: 0, last: undefined };
    health.set(seat.key, state);
    const wait = state.notBefore - Date.now();
    if (wait > 0 && state.last) {
      const message = `${state.last.message} (it failed ${state.failures} times; it is tried again in ${Math.ceil(wait / 1000)} s)`;
      throw new FaultError(state.last.code, message, { details: { ...state.last.details, sent: false }, cause: state.last });
    }
    const place = seat.place();
    const stop = AbortSignal.any([end.signal, slot.unwanted.signal]);
    const start = async (): Promise<Session> => {
      const timer = AbortSignal.timeout(limits.startMs);
      const signal = AbortSignal.any([timer, stop]);
      let session: Session | undefined;
      session = await Session.open(place, {
        upstream,
        verdict: verdicts.get(seat.key),
        signal,
        timeoutMs: limits.startMs,
        onHeard: heard => onHeard(seat, heard),
        onGone() {
          if (Date.now() - slot.bornAt < SHORT_MS && session)
            fail(state, new FaultError('upstream_unreachable', `The server ended: ${session.gone}`));
          retire(slot);
        },
      });
      return session;
    };
    try {
      const session = await ('command' in place ? turns(start) : start());
      if (stop.aborted) {
        await session.close();
        throw new FaultError('cancelled', 'Nobody waits for it any more', { details: { sent: false } });
      }
      verdicts.set(seat.key, session.connection.verdict);
      if (state.notBefore < Date.now()) state.failures = 0;
      slot.session = session;
      slot.bornAt = Date.now();
      return session;
    } catch (error) {
      verdicts.delete(seat.key);
      if (slots.get(seat.key) === slot) slots.delete(seat.key);
      const fault = error instanceof FaultError ? error : new FaultError('upstream_unreachable', String(error), { cause: error });
      if (!stop.aborted) fail(state, fault);
      throw fault;
    }
  }

  function fail(state: Health, fault: FaultError): void {
    state.failures += 1;
    state.last = fault;
    if (state.failures > 1) state.notBefore = Date.now() + Math.min(BACKOFF_MS * 2 ** (state.failures - 2), BACKOFF_MAX_MS);
  }

  return {
    /** A session for this seat, opened if there is none. @throws FaultError with `details.sent` false */
    async lease(seat: Seat, signal?: AbortSignal, { atOnce = false } = {}): Promise<Lease> {
      // A person who asks for it need not wait for the next try.
      if (atOnce) health.delete(seat.key);
      for (;;) {
        if (end.signal.aborted) throw new FaultError('cancelled', 'executor is stopping', { details: { sent: false } });
        const slot = slotOf(seat);
        slot.leases += 1;
        clearTimeout(slot.idle);
        let hasLeft = false;
        const leave = (): void => {
          hasLeft = true;
          slot.leases -= 1;
          if (slot.leases > 0) return;
          if (slot.opening) abandon(slot);
          else if (slots.get(seat.key) !== slot) shut(slot);
          else {
            slot.idle = setTimeout(() => retire(slot), limits.idleMs);
            slot.idle.unref();
          }
        };
        const release = (): void => {
          if (hasLeft) return;
          slot.waiting.shift()?.();
          leave();
        };
        try {
          slot.opening ??= slot.session
            ? undefined
            : open(slot).finally(() => {
                slot.opening = undefined;
              });
          const session = slot.session ?? (await abortable(slot.opening!, signal));
          if (!session.gone && session.isFree) return { session, release, pause: () => slot.waiting.shift()?.() };
          if (!session.gone) await turnAt(slot, signal);
        } catch (error) {
          leave();
          throw error;
        }
        // Who was woken and finds it taken waits again, and wakes nobody: they would wake each other for ever.
        leave();
      }
    },

    /** Forgets a session that the other side no longer knows. */
    discard(seat: Seat, session: Session): void {
      const slot = slots.get(seat.key);
      if (slot?.session !== session) return;
      session.gone ??= 'the server no longer knows it';
      retire(slot);
    },

    /** Closes all sessions of a source, and forgets how it fared. */
    async drop(namespace: string): Promise<void> {
      for (const known of [health, verdicts]) for (const key of known.keys()) if (key.startsWith(`${namespace}\n`)) known.delete(key);
      for (const slot of slots.values()) {
        if (slot.seat.namespace !== namespace) continue;
        slot.session?.lose('the source was changed or removed');
        retire(slot);
      }
      await Promise.all(closing);
    },

    /** How many sessions are open, and how many of them are children. */
    stats(): { sessions: number; children: number; leases: number } {
      const open = [...slots.values()].filter(({ session }) => session);
      return {
        sessions: open.length,
        children: open.filter(({ session }) => session?.connection.child).length,
        leases: open.reduce((sum, { leases }) => sum + leases, 0),
      };
    },

    async close(): Promise<void> {
      end.abort();
      for (const slot of [...slots.values()]) {
        slot.session?.lose('executor is stopping');
        retire(slot);
        await slot.opening?.catch(() => {});
      }
      await Promise.all(closing);
    },
  };
}
export type Pool = ReturnType<typeof createPool>;

/** Waits until a call that was made earlier makes room. Who gives up leaves the queue, and hands on a turn it was given meanwhile. */
async function turnAt({ waiting }: Slot, signal: AbortSignal | undefined): Promise<void> {
  let wake = (): void => {};
  const turn = new Promise<void>(resolve => {
    wake = resolve;
  });
  waiting.push(wake);
  try {
    await abortable(turn, signal);
  } catch (error) {
    const at = waiting.indexOf(wake);
    if (at >= 0) waiting.splice(at, 1);
    else waiting.shift()?.();
    throw error;
  }
}

/** Waits for something shared without ending it for the others. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new FaultError('cancelled', 'The call was cancelled', { details: { sent: false } }));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
