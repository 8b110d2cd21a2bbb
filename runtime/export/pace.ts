import { setImmediate } from 'node:timers/promises';

/** What generates a file gives way to others after so many milliseconds. */
const SLICE_MS = 8;

/** A check-point for long work on the main thread: lets others come in between when its slice is used up. */
export function createPace(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
