import { useState } from 'react';
import type { Diff, SourceView } from '../../machines/schema/source.ts';
import { api } from '../api.ts';
import { canSource } from '../can.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Empty, ErrorNote, Note, Skeleton } from '../parts/notes.tsx';
import { Progress } from '../parts/progress.tsx';
import { DiffNote, Facts, Report } from '../parts/source-facts.tsx';
import { Accounts, Background, Held } from '../parts/source-review.tsx';
import { SourceState } from '../parts/state.tsx';
import { Ago } from '../parts/time.tsx';
import { ToolTree } from '../parts/tool-tree.tsx';
import { type ApiError, toApiError } from '../request.ts';
import { actorUrl, Link, navigate } from '../router.tsx';
import { notify, useStore } from '../store.ts';
import { useTitle } from '../title.ts';

/** One source: how it is, what the import found, and its tools. */
export function SourcePage({ namespace }: { namespace: string }) {
  useTitle(namespace);
  const source = useStore(context => context.sources.items.get(namespace)?.view);
  const ready = useStore(context => context.sources.ready);
  const [diff, setDiff] = useState<Diff>();
  const [error, setError] = useState<ApiError>();
  if (!source || source.state === 'removed') {
    return (
      <div className="page">
        <Head title={<span className="path">{namespace}</span>} back={{ to: '/sources', label: 'Sources' }} />
        <div className="card">
          {ready ? (
            <Empty
              icon="sources"
              title="There is no such source"
              action={
                <Link to="/add" className="button plain normal">
                  Add a source
                </Link>
              }
            >
              It may have been removed. Its executions stay in the history.
            </Empty>
          ) : (
            <Skeleton rows={6} height={24} />
          )}
        </div>
      </div>
    );
  }
  const busy = ['detecting', 'indexing'].includes(source.state);
  return (
    <div className="page">
      <Head
        title={<span className="path">{source.namespace}</span>}
        back={{ to: '/sources', label: 'Sources' }}
        actions={source.kind !== 'builtin' && <Actions source={source} onDiff={setDiff} onError={setError} />}
        meta={
          <>
            <SourceState state={source.state} />
            <span>{source.name}</span>
            {source.kind && <span>{source.kind}</span>}
            <span>{source.toolCount.toLocaleString('en')} tools</span>
            {source.refreshedAt && (
              <span>
                refreshed <Ago at={source.refreshedAt} />
              </span>
            )}
            <Link to={actorUrl('source', source.namespace)}>Inspect</Link>
          </>
        }
      />
      {error && <ErrorNote error={error} />}
      {source.error && <ErrorNote error={source.error} />}
      {source.stale && (
        <Note tone="waiting" title="The last refresh did not work">
          These are the tools of the last good one; they can still be called.
        </Note>
      )}
      <Held source={source} />
      {diff && <DiffNote diff={diff} onClose={() => setDiff(undefined)} />}
      {busy && source.toolCount === 0 && (
        <Section title="Import">
          <Progress source={source} />
        </Section>
      )}
      {source.kind !== 'builtin' && <Facts source={source} />}
      <Report source={source} />
      <Accounts source={source} />
      <Background source={source} />
      {source.toolCount > 0 && <ToolTree source={source} />}
      {source.toolCount === 0 && source.state === 'ready' && (
        <div className="card">
          <Empty icon="sources" title="The description has no operations">
            Executor read it, but found nothing that can be called.
          </Empty>
        </div>
      )}
    </div>
  );
}

interface ActionsProps {
  source: SourceView;
  onDiff: (diff: Diff | undefined) => void;
  onError: (error: ApiError | undefined) => void;
}

function Actions({ source, onDiff, onError }: ActionsProps) {
  const [doing, setDoing] = useState<'refresh' | 'remove'>();
  const [asking, setAsking] = useState(false);
  const offline = useOffline();
  const working = canSource(source, 'refresh') ? undefined : `It is ${source.state} now.`;
  const act = async (what: 'refresh' | 'remove', work: () => Promise<void>) => {
    setDoing(what);
    onError(undefined);
    try {
      await work();
    } catch (error) {
      onError(toApiError(error));
      setAsking(false);
    }
    setDoing(undefined);
  };
  const remove = async () => {
    await api.removeSource(source.namespace);
    notify('done', `Removed ${source.namespace}`);
    navigate('/sources');
  };
  return (
    <>
      <Button
        icon="refresh"
        busy={doing === 'refresh' || source.state === 'refreshing'}
        reason={offline ?? working}
        onClick={() => void act('refresh', async () => onDiff(await api.refreshSource(source.namespace)))}
      >
        Refresh
      </Button>
      <Button icon="trash" reason={offline} onClick={() => setAsking(true)}>
        Remove
      </Button>
      {asking && (
        <Confirm
          title={`Remove ${source.namespace}?`}
          action="Remove"
          busy={doing === 'remove'}
          reason={offline}
          onConfirm={() => void act('remove', remove)}
          onClose={() => setAsking(false)}
        >
          Its {source.toolCount.toLocaleString('en')} tools and its stored headers go. Agents that call them will be told that there is no
          such tool. The history stays.
        </Confirm>
      )}
    </>
  );
}
