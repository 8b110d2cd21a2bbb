/** Why a request is to end before its answer. */
export type Pull = { readonly why: 'timeout' } | { readonly why: 'cancelled'; readonly cause: unknown };

/** The total time-out and the caller's signal as one thing, for all hops of a request. */
export interface Leash {
  readonly pulled: Pull | undefined;
  /** Calls the listener once when the time is over or the caller gives up; one listener at a time. */
  hold(listener: (pull: Pull) => void): void;
  /** Ends the timer and leaves the signal alone. */
  release(): void;
}

/** Starts the time. `timeoutMs` counts from now. */
export function createLeash(timeoutMs: number, signal: AbortSignal | undefined): Leash {
  let pulled: Pull | undefined;
  let held: ((pull: Pull) => void) | undefined;
  const pull = (by: Pull): void => {
    if (pulled) return;
    pulled = by;
    held?.(by);
  };
  const abort = (): void => pull({ why: 'cancelled', cause: signal?.reason });
  const timer = setTimeout(() => pull({ why: 'timeout' }), timeoutMs);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return {
    get pulled() {
      return pulled;
    },
    hold(listener) {
      held = listener;
    },
    release() {
      clearTimeout(timer);
      held = undefined;
      signal?.removeEventListener('abort', abort);
    },
  };
}
