import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** The value below which that share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints one figure as a row of the table in bench/README.md. */
export function report(what: string, samples: readonly number[], { target, unit = 'ms' }: { target?: number; unit?: string } = {}): void {
  const show = (value: number) => `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  const median = quantile(samples, 0.5);
  const verdict = target === undefined ? '' : median <= target ? 'met' : 'missed';
  const wanted = target === undefined ? '' : `≤ ${target} ${unit}`;
  console.log(`| ${what} | ${wanted} | ${show(median)} | ${show(quantile(samples, 0.95))} | ${samples.length} | ${verdict} |`);
}

/** Says in what state of the machine the figures are taken. */
export function reportMachine(): void {
  console.log(
    `load average ${loadavg()
      .map(value => value.toFixed(1))
      .join(' ')}, node ${process.version}`,
  );
}

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Processor time of another process and all its threads since it began, in milliseconds; undefined where the system does not tell. */
export function processorTimeOf(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map(thread => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
    return threads.reduce((sum, text) => sum + Number(text.split(' ', 1)[0]) / 1e6, 0);
  } catch {
    return undefined;
  }
}

/**
 * Processor time of this thread since it began, in microseconds: unlike the wall clock it does not count what others do on the machine.
 * Where the system does not tell (only Linux does), that of the whole process.
 */
export function processorTime(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1000;
  } catch {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
}
