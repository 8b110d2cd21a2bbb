import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { useMedia } from '../media.ts';
import { setNotifying, useNotifying } from '../notifications.ts';
import { Answer } from '../parts/answer.tsx';
import { Button } from '../parts/button.tsx';
import { newestFirst, peek } from '../parts/execution-rows.tsx';
import { Head } from '../parts/head.tsx';
import { Empty, Skeleton } from '../parts/notes.tsx';
import { Request } from '../parts/request.tsx';
import { EffectBadge, ExecutionState, ToolPath } from '../parts/state.tsx';
import { Ago } from '../parts/time.tsx';
import { openInteraction } from '../states.ts';
import { useStore } from '../store.ts';
import { useTitle } from '../title.ts';

/** What waits for a person: a list and the chosen request, driven by mouse or by j, k, a and d. */
export function InboxPage() {
  useTitle('Inbox');
  const topic = useStore(context => context.pending);
  const views = useMemo(() => [...topic.items.values()].map(entry => entry.view).sort((a, b) => -newestFirst(a, b)), [topic.items]);
  const wide = useMedia('(min-width: 1080px)');
  const [chosen, choose] = useChosen(views);
  const detail = chosen && <Detail key={openInteraction(chosen)?.id ?? chosen.id} view={chosen} />;
  return (
    <div className="page">
      <Head
        title="Inbox"
        actions={<NotifyButton />}
        meta={
          <>
            <span>{topic.ready ? (views.length === 0 ? 'Nothing waits for you' : `${views.length} waiting`) : 'Loading'}</span>
            {wide && views.length > 0 && (
              <span className="key-help">
                <span>
                  <kbd>J</kbd> <kbd>K</kbd> move
                </span>
                <span>
                  <kbd>A</kbd> approve
                </span>
                <span>
                  <kbd>D</kbd> decline
                </span>
              </span>
            )}
          </>
        }
      />
      {!topic.ready && (
        <div className="card">
          <Skeleton rows={5} height={36} />
        </div>
      )}
      {topic.ready && views.length === 0 && (
        <div className="card">
          <Empty icon="inbox" title="All clear">
            When a call needs your approval, a login or a decision, it waits here, for as long as it takes: restarts do not lose it.
          </Empty>
        </div>
      )}
      {views.length > 0 && (
        <div className="inbox">
          <ul className="card flush rows inbox-list" aria-label="Waiting">
            {views.map(view => (
              <li key={view.id} aria-current={view.id === chosen?.id ? 'true' : undefined}>
                <button
                  type="button"
                  className="row inbox-row"
                  aria-expanded={wide ? undefined : view.id === chosen?.id}
                  onClick={() => choose(view.id)}
                >
                  <Summary view={view} />
                </button>
                {!wide && view.id === chosen?.id && detail}
              </li>
            ))}
          </ul>
          {wide && <div className="inbox-detail">{detail}</div>}
        </div>
      )}
    </div>
  );
}

/** Offers desktop notifications where they are possible and not on yet. */
function NotifyButton() {
  const notifying = useNotifying();
  if (notifying !== 'off') return null;
  return (
    <Button look="quiet" icon="bell" onClick={() => void setNotifying(true)}>
      Notify me
    </Button>
  );
}

function Summary({ view }: { view: ExecutionView }) {
  const effect = openInteraction(view)?.request?.effect;
  return (
    <>
      <span className="row-main">
        <ToolPath path={view.tool ?? view.id} />
        <span className="row-peek">{peek(view.input)}</span>
      </span>
      <span className="inbox-side">
        {view.state === 'awaitingApproval' && effect ? <EffectBadge effect={effect} /> : <ExecutionState view={view} quiet />}
        <span className="row-when">
          <Ago at={view.startedAt} />
        </span>
      </span>
    </>
  );
}

function Detail({ view }: { view: ExecutionView }) {
  const interaction = openInteraction(view);
  if (!interaction) return null;
  return (
    <article className="card request-card" aria-label={`${view.tool ?? view.id} waits`}>
      <Request view={view} interaction={interaction} />
      <Answer view={view} interaction={interaction} keys />
    </article>
  );
}

/** Which request is looked at. When it leaves, the one that took its place is next. */
function useChosen(views: ExecutionView[]): [ExecutionView | undefined, (id: string) => void] {
  const [choice, setChoice] = useState<{ id: string; index: number }>();
  const held = views.findIndex(view => view.id === choice?.id);
  const index = held >= 0 ? held : Math.max(0, Math.min(choice?.index ?? 0, views.length - 1));
  const chosen = views[index];
  useEffect(() => {
    if (chosen && (chosen.id !== choice?.id || index !== choice.index)) setChoice({ id: chosen.id, index });
  }, [chosen, choice, index]);
  // In the commit that shows the list, so that no key falls between what is seen and what is heard.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog')) return;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const next = views[index + step];
      if (step !== 0 && next) setChoice({ id: next.id, index: index + step });
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [views, index]);
  return [chosen, id => setChoice({ id, index: views.findIndex(view => view.id === id) })];
}
