import { Link, sourceUrl } from '../router.tsx';
import { useStore } from '../store.ts';
import { Button } from './button.tsx';
import { Head } from './head.tsx';
import { ErrorNote } from './notes.tsx';
import { Progress } from './progress.tsx';
import { Report } from './source-facts.tsx';
import { SourceState } from './state.tsx';

/** What becomes of a source that was just added, live. */
export function AddedSource({ namespace, onAgain }: { namespace: string; onAgain: () => void }) {
  const source = useStore(context => context.sources.items.get(namespace)?.view);
  return (
    <div className="page narrow">
      <Head
        title={<span className="path">{namespace}</span>}
        back={{ to: '/sources', label: 'Sources' }}
        meta={
          source && (
            <>
              <SourceState state={source.state} />
              <span>{source.name}</span>
            </>
          )
        }
      />
      <div className="card added" aria-live="polite">
        {source && <Progress source={source} />}
        {source?.error && <ErrorNote error={source.error} />}
        {source?.state === 'ready' && (
          <>
            <p className="added-count">
              {source.toolCount === 1 ? 'One tool is ready.' : `${source.toolCount.toLocaleString('en')} tools are ready.`}
            </p>
            <Report source={source} />
            <div className="actions">
              <Link to={sourceUrl(namespace)} className="button primary normal">
                See the tools
              </Link>
              <Link to="/" className="button plain normal">
                Connect an agent
              </Link>
            </div>
          </>
        )}
        {source?.state === 'failed' && (
          <div className="actions">
            <Button icon="back" onClick={onAgain}>
              Change and try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
