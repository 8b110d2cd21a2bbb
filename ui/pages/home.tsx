import { useMemo } from 'react';
import { ConnectCard } from '../parts/connect-card.tsx';
import { ExecutionRow, newestFirst, peek } from '../parts/execution-rows.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, Skeleton } from '../parts/notes.tsx';
import { SourceRow, useSources } from '../parts/source-rows.tsx';
import { EffectBadge, ExecutionState, ToolPath } from '../parts/state.tsx';
import { Suggestions } from '../parts/suggestions.tsx';
import { Ago } from '../parts/time.tsx';
import { Link, resumeUrl } from '../router.tsx';
import { openInteraction } from '../states.ts';
import { useStore } from '../store.ts';
import { useTitle } from '../title.ts';

const RECENT = 8;

/** Connect an agent, see what waits, what runs, and what is connected. */
export function HomePage() {
  useTitle('Home');
  return (
    <div className="page">
      <Head title="Home" />
      <Waiting />
      <div className="columns home-columns">
        <ConnectCard />
        <SourcesCard />
      </div>
      <ActivityCard />
    </div>
  );
}

function Waiting() {
  const pending = useStore(context => context.pending.items);
  const views = useMemo(() => [...pending.values()].map(entry => entry.view).sort((a, b) => -newestFirst(a, b)), [pending]);
  if (views.length === 0) return null;
  return (
    <section className="card waiting-card" aria-label="Waiting for you">
      <div className="card-head">
        <h2>{views.length === 1 ? 'One call waits for you' : `${views.length} calls wait for you`}</h2>
        <Link to="/pending" className="more">
          Open the inbox
        </Link>
      </div>
      <ul className="rows">
        {views.slice(0, 4).map(view => {
          const effect = openInteraction(view)?.request?.effect;
          return (
            <li key={view.id}>
              <Link to={resumeUrl(view.id)} className="row waiting-row">
                <span className="row-main">
                  {view.tool && <ToolPath path={view.tool} />}
                  <span className="row-peek">{peek(view.input)}</span>
                </span>
                <span className="inbox-side">
                  {view.state === 'awaitingApproval' && effect ? <EffectBadge effect={effect} /> : <ExecutionState view={view} quiet />}
                  <span className="row-when">
                    <Ago at={view.startedAt} />
                  </span>
                </span>
                <Icon name="chevron" />
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function SourcesCard() {
  const { sources, ready } = useSources();
  const own = sources.filter(source => source.kind !== 'builtin');
  return (
    <Section
      title="Sources"
      flush
      aside={
        <Link to="/add" className="button plain small">
          <Icon name="plus" />
          <span>Add source</span>
        </Link>
      }
    >
      {!ready && <Skeleton rows={4} height={28} />}
      {ready && own.length === 0 && (
        <>
          <Empty icon="sources" title="No sources yet">
            Add an API by the address of its OpenAPI description; its operations become tools your agents can find and call.
          </Empty>
          <Suggestions compact />
        </>
      )}
      <ul className="rows">
        {own.slice(0, 8).map(source => (
          <li key={source.namespace}>
            <SourceRow source={source} />
          </li>
        ))}
      </ul>
      {own.length > 8 && (
        <p className="rows-more">
          <Link to="/sources">{own.length - 8} more</Link>
        </p>
      )}
    </Section>
  );
}

function ActivityCard() {
  const topic = useStore(context => context.executions);
  const views = useMemo(
    () =>
      [...topic.items.values()]
        .map(entry => entry.view)
        .filter(view => view.parent === undefined)
        .sort(newestFirst)
        .slice(0, RECENT),
    [topic],
  );
  return (
    <Section
      title="Activity"
      flush
      aside={
        <Link to="/executions" className="more">
          All executions
        </Link>
      }
    >
      {!topic.ready && <Skeleton rows={5} height={28} />}
      {topic.ready && views.length === 0 && (
        <Empty icon="activity" title="Nothing has been called yet">
          Calls of your agents, programs and scripts appear here the moment they arrive.
        </Empty>
      )}
      <ul className="rows">
        {views.map(view => (
          <li key={view.id}>
            <ExecutionRow view={view} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
