import { Head } from '../parts/head.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, Skeleton } from '../parts/notes.tsx';
import { SourceRow, useSources } from '../parts/source-rows.tsx';
import { Suggestions } from '../parts/suggestions.tsx';
import { Link } from '../router.tsx';
import { useTitle } from '../title.ts';

/** Every source with its state. */
export function SourcesPage() {
  useTitle('Sources');
  const { sources, ready } = useSources();
  const add = (
    <Link to="/add" className="button primary normal">
      <Icon name="plus" />
      <span>Add source</span>
    </Link>
  );
  return (
    <div className="page">
      <Head title="Sources" actions={add} meta={<span>Each is one API; its operations are tools in one catalog.</span>} />
      <div className="card flush">
        {!ready && <Skeleton rows={6} height={28} />}
        {ready && sources.every(source => source.kind === 'builtin') && (
          <Empty icon="sources" title="No sources yet" action={add}>
            Give the address of an OpenAPI description, or paste one.
          </Empty>
        )}
        <ul className="rows">
          {sources.map(source => (
            <li key={source.namespace}>
              <SourceRow source={source} />
            </li>
          ))}
        </ul>
      </div>
      {ready && <Suggestions />}
    </div>
  );
}
