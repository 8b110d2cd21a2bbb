/*
 * Named places where a test may end the process as a power cut would: EXECUTOR_CRASH_AT="<name>:<n>" kills it, with SIGKILL, the n-th
 * time it comes by. Without the variable this is one comparison.
 */
const [wanted, count] = (process.env.EXECUTOR_CRASH_AT ?? '').split(':');
let left = Number(count ?? 1);

/** What happens around each batch, and around each request that leaves. */
export type CrashPoint = 'before-batch' | 'after-batch' | 'before-send' | 'after-answer';

/** Ends the process here, if a test has asked for it. */
export function crashPoint(name: CrashPoint): void {
  if (wanted !== name || --left > 0) return;
  process.kill(process.pid, 'SIGKILL');
}
