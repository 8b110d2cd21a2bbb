import { FaultError } from '../machines/schema/fault.ts';

/** So many calls of one source are under way at once; the others wait in line. */
const AT_ONCE = 64;
/** After so many failures to reach it in a row, a source is left alone for a while: one that is down must not hold up those who read. */
const FAILURES = 5;
const REST_MS = 2_000;
const REST_MAX_MS = 60_000;

interface Gate {
  running: number;
  readonly waiting: (() => void)[];
  failures: number;
  closedUntil: number;
  last: FaultError | undefined;
  /** The one call that finds out whether the source is back. */
  probing: boolean;
}

/** A source that is left alone for a while: how often it failed in a row, until when, and why. */
export interface Outage {
  readonly failures: number;
  readonly until: string;
  readonly message: string;
}

/**
 * One bad upstream never hurts another: each source has so many calls at once, and a circuit breaker. While it is open, reads fail at once
 * with the last reason; a write always goes through, for a person may have agreed to it. After the rest one call tells whether it is over.
 */
export function createGates(now: () => number = Date.now) {
  const gates = new Map<string, Gate>();

  function gateOf(source: string): Gate {
    const known = gates.get(source);
    if (known) return known;
    const gate: Gate = { running: 0, waiting: [], failures: 0, closedUntil: 0, last: undefined, probing: false };
    gates.set(source, gate);
    return gate;
  }

  function note(gate: Gate, error: unknown): void {
    if (!isOutage(error)) {
      gate.failures = 0;
      return;
    }
    gate.failures += 1;
    gate.last = error;
    if (gate.failures < FAILURES) return;
    gate.closedUntil = now() + Math.min(REST_MS * 2 ** (gate.failures - FAILURES), REST_MAX_MS);
  }

  function refuse(source: string, { closedUntil, failures, last }: Gate): FaultError {
    const rest = Math.max(1, Math.ceil((closedUntil - now()) / 1000));
    const message = `${source} has not been reached ${failures} times in a row and is left alone for another ${rest} s; the last time: ${last!.message}`;
    return new FaultError('upstream_unreachable', message, { details: { ...last!.details, sent: false }, cause: last });
  }

  return {
    /** Whether a source is left alone at the moment. */
    outage(source: string): Outage | undefined {
      const { closedUntil, failures, last } = gates.get(source) ?? {};
      if (!last || !failures || !closedUntil || failures < FAILURES) return undefined;
      return { failures, until: new Date(closedUntil).toISOString(), message: last.message };
    },

    /** Forgets what was met of a source that is gone. */
    forget: (source: string): void => void gates.delete(source),

    async through<T>(source: string, { isRead, signal }: { isRead: boolean; signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
      const gate = gateOf(source);
      const isDown = gate.failures >= FAILURES;
      if (isRead && isDown && (gate.closedUntil > now() || gate.probing)) throw refuse(source, gate);
      gate.probing ||= isDown;
      try {
        return await admitted(gate, signal, work);
      } finally {
        gate.probing = false;
      }
    },
  };

  async function admitted<T>(gate: Gate, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (gate.running >= AT_ONCE) await inLine(gate, signal);
    gate.running += 1;
    try {
      const result = await work();
      gate.failures = 0;
      gate.closedUntil = 0;
      return result;
    } catch (error) {
      note(gate, error);
      throw error;
    } finally {
      gate.running -= 1;
      gate.waiting.shift()?.();
    }
  }
}

/** A source that could not be reached, or did not answer in time; one that answered, however badly, is there. */
const isOutage = (error: unknown): error is FaultError =>
  error instanceof FaultError && (error.code === 'upstream_unreachable' || error.code === 'upstream_timeout');

function inLine({ waiting }: Gate, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = (): void => {
      const at = waiting.indexOf(go);
      if (at >= 0) waiting.splice(at, 1);
      reject(new FaultError('cancelled', 'the call was cancelled while it waited for its turn', { details: { sent: false } }));
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.push(go);
  });
}
