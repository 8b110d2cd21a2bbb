import { useEffect, useRef } from 'react';
import type { ConnectionView } from '../machines/schema/connection.ts';
import { api } from './api.ts';
import { useCalmly } from './calmly.ts';
import { useResource } from './resource.ts';
import { useStore } from './store.ts';
import { watch } from './wire.ts';

/** The connections of a source, or all of them, live. */
export function useConnections(source?: string) {
  useEffect(() => watch('connections'), []);
  const mark = useStore(context => context.connectionsMark);
  const resource = useResource(`connections ${source ?? ''}`, signal => api.connections(source, signal));
  useCalmly(mark, resource.reload);
  return resource;
}

/** How many seconds one request waits for a login in another tab; then the next one does. */
const HOLD = 30;

/** Hears of the end of a login that happens in another tab. */
export function useLogin(view: ConnectionView | undefined, onEnd: (view: ConnectionView) => void): void {
  const told = useRef(onEnd);
  told.current = onEnd;
  const waiting = view && !view.error ? `${view.source}/${view.name}` : undefined;
  useEffect(() => {
    if (!waiting) return;
    const abort = new AbortController();
    const [source = '', name = ''] = waiting.split('/');
    const wait = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        const now = await api.connection(source, name, HOLD, abort.signal);
        if (now.state === 'connected' || now.error) return told.current(now);
      }
    };
    wait().catch(() => undefined); // closed, or the daemon is away: the list shows it as it is
    return () => abort.abort();
  }, [waiting]);
}
