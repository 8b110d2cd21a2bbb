import type { Residence } from './residence.ts';
import type { Thread } from './thread.ts';

/** How often threads are looked at, and what one may be late beyond what its program has left to compute. */
const EVERY_MS = 250;
const GRACE_MS = 2_000;

interface Watched {
  readonly thread?: Thread;
  readonly tenant?: Residence | undefined;
}

/**
 * Notices a program that computes where its VM cannot be interrupted, in one long native operation: its thread shows no pulse. The last
 * resort; a VM that can be interrupted ends by itself.
 */
export function watchForHangs<S extends Watched>({ seats, hung }: { seats: () => Iterable<S>; hung: (seat: S) => void }) {
  const seen = new WeakMap<Residence, { pulse: number; at: number }>();
  let timer: NodeJS.Timeout | undefined;

  function check(): void {
    let busy = false;
    for (const seat of [...seats()]) {
      if (!seat.tenant) continue;
      busy = true;
      if (seat.tenant.state() === 'computing' && isSilent(seat.tenant, seat.thread!.pulse())) hung(seat);
    }
    if (!busy) stop();
  }

  function isSilent(residence: Residence, pulse: number): boolean {
    const now = performance.now();
    const before = seen.get(residence);
    if (!before || before.pulse !== pulse || before.at < residence.since()) {
      seen.set(residence, { pulse, at: now });
      return false;
    }
    const left = Math.max(0, residence.limits.compute - residence.figures().computeMs);
    return now - before.at > left + GRACE_MS;
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    /** Programs came or went. */
    look(): void {
      timer ??= setInterval(check, EVERY_MS).unref();
    },
    stop,
  };
}
