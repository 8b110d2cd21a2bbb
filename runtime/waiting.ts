import type { Waiting } from './runtime.ts';

/** Lets callers wait for something to become true of what is published under an id. */
export function createWaiters<T>() {
  const waiters = new Map<string, Set<(value: T) => void>>();

  return {
    /** Tells everyone who waits for this id. */
    notify(id: string, value: T): void {
      const waiting = waiters.get(id);
      if (waiting) for (const tell of [...waiting]) tell(value);
    },

    /** Tells once when a value fits, however long that takes. Returns the way to stop. */
    follow(id: string, look: () => T | undefined, fits: (value: T) => boolean, tell: (value: T) => void): () => void {
      let stopped = false;
      const hear = (value: T): void => {
        if (stopped || !fits(value)) return;
        stop();
        tell(value);
      };
      const waiting = waiters.get(id) ?? new Set();
      const stop = (): void => {
        stopped = true;
        waiting.delete(hear);
        if (waiting.size === 0) waiters.delete(id);
      };
      waiters.set(id, waiting);
      waiting.add(hear);
      // Not at once: whoever asks is not ready to be told while asking.
      queueMicrotask(() => {
        const now = stopped ? undefined : look();
        if (now !== undefined) hear(now);
      });
      return stop;
    },

    /**
     * Resolves with the first published value that fits, or undefined after `seconds` (default 300) or on abort.
     * @param look gives the value as it is now, so that nothing published before is missed
     */
    until(id: string, look: () => T | undefined, fits: (value: T) => boolean, waiting: Waiting = {}): Promise<T | undefined> {
      const now = look();
      if (now !== undefined && fits(now)) return Promise.resolve(now);
      const { seconds = 300, signal } = waiting;
      if (seconds <= 0 || signal?.aborted) return Promise.resolve(undefined);
      return new Promise(resolve => {
        const those = waiters.get(id) ?? new Set();
        waiters.set(id, those);
        const end = (value: T | undefined) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          those.delete(tell);
          if (those.size === 0) waiters.delete(id);
          resolve(value);
        };
        const tell = (value: T) => {
          if (fits(value)) end(value);
        };
        const giveUp = () => end(undefined);
        const timer = setTimeout(giveUp, Math.min(seconds, 86_400) * 1000);
        signal?.addEventListener('abort', giveUp);
        those.add(tell);
      });
    },
  };
}
export type Waiters<T> = ReturnType<typeof createWaiters<T>>;
