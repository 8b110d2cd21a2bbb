import type { Ending } from '../test/upstream-recorder.ts';

/** Runs a measurement, and afterwards whatever it has left to be ended. */
export async function measure(work: (t: Ending) => Promise<void>): Promise<void> {
  const end: (() => unknown)[] = [];
  try {
    await work({ after: fn => void end.unshift(fn) });
  } finally {
    for (const fn of end) await fn();
  }
}
