import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Measures how long a program computes on this thread, not how long it takes: a busy machine must not use up its limit. */
export interface ComputeClock {
  /** Runs something on the program's account. */
  charge<T>(work: () => T): T;
  /** True when the limit is used up. Cheap until it is nearly so. */
  spent(): boolean;
  milliseconds(): number;
  /** For how long it computes now without a pause, in milliseconds. */
  stretch(): number;
}

/** A program that computes no longer than this, in milliseconds, has its thread's time never asked for. */
const SHORT_MS = 50;

/**
 * Time by the wall is an upper bound that costs nothing; only when that is no longer short is the thread's own time asked for, where the
 * platform tells it (Linux, and Node 24 everywhere). What was short before counts in full.
 */
export function createComputeClock(limit: number): ComputeClock {
  let cpuBefore: number | undefined;
  let total = 0;
  let entered: number | undefined;
  let askAt = Math.min(SHORT_MS, limit);
  const stretch = (): number => (entered === undefined ? 0 : performance.now() - entered);
  const wall = (): number => total + stretch();
  return {
    charge(work) {
      entered = performance.now();
      try {
        return work();
      } finally {
        total = wall();
        entered = undefined;
      }
    },
    spent() {
      const past = wall();
      if (past < askAt) return false;
      const cpu = threadTime();
      if (cpu === undefined) return past >= limit;
      // To ask costs as much as a short program, so the first part of a longer one is not asked for: all of it counts.
      cpuBefore ??= cpu - past;
      const left = limit - (cpu - cpuBefore);
      askAt = past + left;
      return left <= 0;
    },
    milliseconds: wall,
    stretch,
  };
}

/** Milliseconds of processor time this thread has had. */
function threadTime(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage) {
    const { user, system } = threadCpuUsage.call(process);
    return (user + system) / 1000;
  }
  if (process.platform !== 'linux') return undefined;
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return undefined; // a kernel without it: the wall's time counts
  }
}
