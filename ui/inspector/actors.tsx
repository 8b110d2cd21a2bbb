import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import { useCalmly } from '../calmly.ts';
import { counted } from '../counted.ts';
import { Button } from '../parts/button.tsx';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { State, ToolPath } from '../parts/state.tsx';
import { Ago } from '../parts/time.tsx';
import { toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { actorUrl, Link } from '../router.tsx';
import type { ActorSummary, MachineSummary } from '../shapes.ts';
import { toneOf } from '../states.ts';
import { notify } from '../store.ts';
import { shortId } from './machine-page.tsx';
import { stateWord } from './words.ts';

const PAGE = 50;

interface ActorsProps {
  kind: string;
  state: string;
  states: MachineSummary['states'];
  /** Changes whenever something has happened to an actor of this kind. */
  mark: string | undefined;
  onState: (state: string) => void;
}

/** The actors of one machine, of any number, by state. */
export function Actors({ kind, state, states, mark, onState }: ActorsProps) {
  const key = `actors ${kind} ${state}`;
  const first = useResource(key, signal => api.actors({ kind, state, limit: PAGE }, signal));
  useCalmly(mark, first.reload);
  const [more, setMore] = useState<{ key: string; items: ActorSummary[]; next: string | undefined }>();
  const [busy, setBusy] = useState(false);
  useEffect(() => setMore(old => (old?.key === key ? old : undefined)), [key]);
  const rest = more?.key === key ? more : undefined;
  const next = rest ? rest.next : first.data?.nextCursor;
  const items = [...new Map([...(first.data?.items ?? []), ...(rest?.items ?? [])].map(item => [item.actor, item])).values()];

  const load = async () => {
    setBusy(true);
    try {
      const page = await api.actors({ kind, state, limit: PAGE, ...(next && { cursor: next }) });
      setMore({ key, items: [...(rest?.items ?? []), ...page.items], next: page.nextCursor });
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
    setBusy(false);
  };

  return (
    <section className="card flush actors">
      <div className="card-head">
        <h2>Actors</h2>
        <label className="select">
          <span className="hidden">State</span>
          <select value={state} onChange={event => onState(event.target.value)}>
            <option value="">Any state</option>
            {[...states.map(one => one.name), 'quarantined'].map(name => (
              <option key={name} value={name}>
                {stateWord(name)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {first.error && !first.data && <ErrorNote error={first.error} retry={first.reload} />}
      {!first.data && !first.error && <Skeleton rows={5} height={24} />}
      {first.data && items.length === 0 && (
        <Empty icon="inspect" title={state ? `None is ${stateWord(state)}` : 'No actors yet'}>
          {state ? 'Choose another state, here or on the chart.' : 'Each source and each call becomes one.'}
        </Empty>
      )}
      <ul className="rows actor-rows">
        {items.map(item => (
          <li key={item.actor}>
            <Link to={actorUrl(item.kind, item.id)} className="row actor-row">
              <span className="row-main">
                {item.label && item.kind === 'call' ? <ToolPath path={item.label} /> : <span className="path">{item.id}</span>}
                <span className="row-peek">
                  {item.kind === 'source' && `${item.label} · `}
                  {item.id.startsWith('exec_') && (
                    <>
                      <span className="mono">{shortId(item.id)}</span> ·{' '}
                    </>
                  )}
                  {counted(item.seq, 'event')} · <Ago at={item.at} />
                </span>
              </span>
              <State tone={item.state === 'quarantined' ? 'failed' : toneOf(item.state)} word={stateWord(item.state)} quiet />
            </Link>
          </li>
        ))}
      </ul>
      {next && (
        <p className="rows-more">
          <Button size="small" busy={busy} onClick={() => void load()}>
            Load more
          </Button>
        </p>
      )}
    </section>
  );
}
