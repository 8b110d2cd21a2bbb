import { useCallback, useEffect, useState } from 'react';
import { type ApiError, toApiError } from './request.ts';
import { useStore } from './store.ts';

export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  reload: () => void;
}

/**
 * Something fetched, under a key: fetched again when the key changes, on `reload`, and after each reconnection.
 * The last answer for the same key stays visible meanwhile, so that nothing flickers.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const epoch = useStore(context => context.epoch);
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError }>({ key });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for everything `load` closes over.
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      data => setState({ key, data }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState(old => ({ ...(old.key === key ? old : { key }), error: toApiError(error) }));
      },
    );
    return () => abort.abort();
  }, [key, epoch, turn]);
  const reload = useCallback(() => setTurn(n => n + 1), []);
  const current = state.key === key ? state : undefined;
  return { data: current?.data, error: current?.error, reload };
}
