import { useEffect, useRef } from 'react';
import type { ExecutionView } from '../machines/schema/execution.ts';
import { api } from './api.ts';
import type { ApiError } from './request.ts';
import { useResource } from './resource.ts';
import { useStore } from './store.ts';

/** One execution, live: what `/ws` said of it, else what the daemon answers when asked. `seq` grows with each change. */
export function useExecution(id: string): {
  view: ExecutionView | undefined;
  seq: number;
  error: ApiError | undefined;
  reload: () => void;
} {
  const live = useStore(context => context.executions.items.get(id) ?? context.pending.items.get(id));
  const waiting = useStore(context => !context.executions.ready);
  const asked = useResource(`execution ${id} ${live || waiting ? 'live' : 'ask'}`, signal =>
    live || waiting ? Promise.resolve(undefined) : api.execution(id, signal),
  );
  const view = live?.view ?? asked.data;
  return { view, seq: live?.seq ?? 0, error: view ? undefined : asked.error, reload: asked.reload };
}

/** The event log of an execution, read again whenever it changes. */
export function useLog(id: string, seq: number) {
  const log = useResource(`log ${id}`, signal => api.log(id, signal));
  const { reload } = log;
  const seen = useRef(seq);
  useEffect(() => {
    if (seq === seen.current) return;
    seen.current = seq;
    reload();
  }, [seq, reload]);
  return log;
}
