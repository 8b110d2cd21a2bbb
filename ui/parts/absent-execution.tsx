import type { ApiError } from '../request.ts';
import { Empty, ErrorNote, Skeleton } from './notes.tsx';

interface AbsentProps {
  error: ApiError | undefined;
  reload: () => void;
  /** How many rows what comes will have. */
  rows: number;
}

/** What stands in for an execution that is not shown: it is coming, it is not there, or asking for it failed. */
export function AbsentExecution({ error, reload, rows }: AbsentProps) {
  if (error && error.code !== 'execution_not_found') return <ErrorNote error={error} retry={reload} />;
  return (
    <div className="card">
      {error ? (
        <Empty icon="question" title="There is no such execution">
          It may belong to another data directory.
        </Empty>
      ) : (
        <Skeleton rows={rows} height={24} />
      )}
    </div>
  );
}
