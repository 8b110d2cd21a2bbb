import type { Heard } from './session.ts';

/** Servers that announce a change announce several: after the first it is waited this long, in milliseconds, for the last. */
const SETTLE_MS = 500;

/** Refreshes a source after its server has said that its tools are others now. */
export function createFreshness(refresh: (namespace: string) => 'started' | 'busy' | 'not_now') {
  const timers = new Map<string, NodeJS.Timeout>();

  function plan(namespace: string, delayMs: number): void {
    clearTimeout(timers.get(namespace));
    const timer = setTimeout(() => {
      timers.delete(namespace);
      // What is being fetched at this moment may be from before the change.
      if (refresh(namespace) === 'busy') plan(namespace, SETTLE_MS * 2);
    }, delayMs);
    timer.unref();
    timers.set(namespace, timer);
  }

  return {
    hear(namespace: string, { method }: Heard): void {
      if (method === 'notifications/tools/list_changed' && !namespace.startsWith('?')) plan(namespace, SETTLE_MS);
    },
    close(): void {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
