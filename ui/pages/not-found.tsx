import { Empty } from '../parts/notes.tsx';
import { Link } from '../router.tsx';
import { useTitle } from '../title.ts';

/** There is no such page. */
export function NotFoundPage() {
  useTitle('Not found');
  return (
    <div className="page">
      <h1 className="hidden">Not found</h1>
      <Empty
        icon="question"
        title="There is no page here"
        action={
          <Link to="/" className="button plain normal">
            Go home
          </Link>
        }
      >
        The address may be misspelt, or what it named has been removed.
      </Empty>
    </div>
  );
}
