import { useEffect, useMemo, useState } from 'react';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { useMedia } from '../media.ts';
import { Button } from '../parts/button.tsx';
import { ExecutionRow, newestFirst } from '../parts/execution-rows.tsx';
import { Head } from '../parts/head.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { Windowed } from '../parts/windowed.tsx';
import { toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { setQuery, useLocation } from '../router.tsx';
import { useStore } from '../store.ts';
import { useTitle } from '../title.ts';

const STATES = [
  { state: '', label: 'All' },
  { state: 'pending', label: 'Waiting' },
  { state: 'running', label: 'Running' },
  { state: 'done', label: 'Done' },
  { state: 'failed', label: 'Failed' },
  { state: 'denied', label: 'Denied' },
  { state: 'cancelled', label: 'Cancelled' },
] as const;
const NARROWED = ['tool', 'source', 'principal'] as const;
const PENDING = new Set(['awaitingApproval', 'authenticating', 'paused']);
const PAGE = 100;

interface Filter {
  state: string;
  q: string;
  tool: string;
  source: string;
  principal: string;
}

/** Everything that was ever asked for, newest first, live. */
export function ExecutionsPage() {
  useTitle('Executions');
  const { query } = useLocation();
  const get = (name: string) => query.get(name) ?? '';
  const filter: Filter = { state: get('state'), q: get('q'), tool: get('tool'), source: get('source'), principal: get('principal') };
  const { views, ready, error, reload, more, loadMore, loading } = useExecutions(filter);
  const [reached, setReached] = useState(0);
  const narrow = useMedia('(max-width: 720px)');
  const isFiltered = Object.values(filter).some(Boolean);
  const near = more && !error && reached >= views.length - PAGE / 4;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come is looked at again
  useEffect(() => {
    if (near) void loadMore();
  }, [near, views.length]);
  return (
    <div className="page">
      <Head title="Executions" meta={<span>Every call and every program of every agent, script and person.</span>} />
      <div className="toolbar">
        <fieldset className="chips">
          <legend className="hidden">State</legend>
          {STATES.map(one => (
            <button
              key={one.state}
              type="button"
              className="chip"
              aria-pressed={one.state === filter.state}
              onClick={() => setQuery('state', one.state)}
            >
              {one.label}
            </button>
          ))}
          {NARROWED.map(
            name =>
              filter[name] && (
                <button
                  key={name}
                  type="button"
                  className="chip narrowed"
                  aria-label={`${name} ${filter[name]}: stop filtering`}
                  onClick={() => setQuery(name, '')}
                >
                  <span className="muted">{name}</span> <span className="mono">{filter[name]}</span> <Icon name="cross" size={12} />
                </button>
              ),
          )}
        </fieldset>
        <SearchField label="Search executions" value={filter.q} onChange={text => setQuery('q', text)} />
      </div>
      {error && <ErrorNote error={error} retry={reload} />}
      <div className="card flush">
        {!ready && !error && <Skeleton rows={8} height={28} />}
        {ready && views.length === 0 && (
          <Empty icon="activity" title={isFiltered ? 'Nothing matches' : 'Nothing has been called yet'}>
            {isFiltered
              ? 'Try another state or other words.'
              : 'Calls of your agents, programs and scripts appear here the moment they arrive.'}
          </Empty>
        )}
        <Windowed
          count={views.length}
          rowHeight={narrow ? 64 : 52}
          label="Executions"
          onReach={setReached}
          keyOf={index => views[index]?.id}
          render={index => {
            const view = views[index];
            return view && <ExecutionRow view={view} />;
          }}
        />
      </div>
      {more && (
        <div className="load-more">
          <Button busy={loading} onClick={() => void loadMore()}>
            Load older
          </Button>
        </div>
      )}
    </div>
  );
}

/** Live rows from the store together with the pages fetched from the history; the store's view of a row always wins. */
function useExecutions(filter: Filter) {
  const topic = useStore(context => context.executions);
  const key = JSON.stringify(filter);
  const first = useResource(key, signal => api.executions({ ...filter, limit: PAGE }, signal));
  const [older, setOlder] = useState<{ key: string; items: ExecutionView[]; next: string | undefined }>();
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState<ReturnType<typeof toApiError>>();
  const rest = older?.key === key ? older : undefined;
  const next = rest ? rest.next : first.data?.nextCursor;

  const loadMore = async () => {
    if (loading || next === undefined) return;
    setLoading(true);
    setFailed(undefined);
    try {
      const page = await api.executions({ ...filter, limit: PAGE, cursor: next });
      setOlder({ key, items: [...(rest?.items ?? []), ...page.items], next: page.nextCursor });
    } catch (error) {
      setFailed(toApiError(error));
    }
    setLoading(false);
  };

  const views = useMemo(() => {
    const wanted = JSON.parse(key) as Filter;
    const all = new Map<string, ExecutionView>();
    for (const view of [...(first.data?.items ?? []), ...(rest?.items ?? [])]) all.set(view.id, topic.items.get(view.id)?.view ?? view);
    // Words are looked for by the daemon alone.
    if (!wanted.q) {
      for (const [id, { view }] of topic.items) if (wanted.state === 'pending' || view.parent === undefined) all.set(id, view);
    }
    return [...all.values()].filter(view => matches(view, wanted)).sort(newestFirst);
  }, [first.data, rest, topic.items, key]);

  const isPlain = Object.values(filter).every(value => !value);
  const ready = isPlain ? topic.ready : first.data !== undefined;
  return { views, ready, error: first.error ?? failed, reload: first.reload, more: next !== undefined, loadMore, loading };
}

function matches(view: ExecutionView, { state, tool, source, principal }: Filter): boolean {
  if (tool && view.tool !== tool) return false;
  if (source && view.source !== source) return false;
  if (principal && view.principal !== principal) return false;
  if (!state) return true;
  return state === 'pending' ? PENDING.has(view.state) : view.state === state;
}
