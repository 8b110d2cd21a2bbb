import { useEffect, useMemo } from 'react';
import { api } from '../api.ts';
import { useCalmly } from '../calmly.ts';
import { useResource } from '../resource.ts';
import { useStore } from '../store.ts';
import { watch } from '../wire.ts';

/** The newest transitions of all actors, for as long as the page is open. */
export function useTransitions() {
  useEffect(() => watch('actors'), []);
  return useStore(context => context.transitions);
}

/** Every machine with how many actors are in each state, kept true as things happen. */
export function useMachines() {
  const transitions = useTransitions();
  const machines = useResource('machines', api.machines);
  useCalmly(transitions[0]?.key, machines.reload);
  return { ...machines, transitions };
}

/** One actor: its log and view over `/ws`, and what is stored of it now. */
export function useActor(actor: string) {
  const topic = `actor:${actor}`;
  useEffect(() => watch(topic), [topic]);
  const feed = useStore(context => context.actors.get(topic));
  const seq = feed?.entries.at(-1)?.seq ?? 0;
  const detail = useResource(`actor ${actor}`, signal => api.actor(actor, signal));
  useCalmly(seq === 0 ? undefined : seq, detail.reload);
  const entries = useMemo(() => feed?.entries ?? [], [feed]);
  return { entries, ready: feed?.ready === true, refused: feed?.error, detail };
}
