import type { ExecutionView } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { useExecution } from '../executions.ts';
import { AbsentExecution } from '../parts/absent-execution.tsx';
import { Button, useOffline } from '../parts/button.tsx';
import { CancelButton } from '../parts/cancel-button.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { ExecutionParts } from '../parts/execution-parts.tsx';
import { Head } from '../parts/head.tsx';
import { Icon } from '../parts/icons.tsx';
import { codeOf } from '../parts/program.tsx';
import { Asker } from '../parts/request.tsx';
import { ExecutionState, ToolPath } from '../parts/state.tsx';
import { Ago, lasted } from '../parts/time.tsx';
import { actorUrl, executionUrl, Link, navigate, toolUrl } from '../router.tsx';
import { isSettled } from '../states.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { useTitle } from '../title.ts';

/** One execution: what was asked, what happened when, what came of it, and what can be done about it now. */
export function ExecutionPage({ id }: { id: string }) {
  const { view, seq, error, reload } = useExecution(id);
  useTitle(view?.tool ?? (view?.kind === 'program' ? 'Program' : 'Execution'));
  return (
    <div className="page">
      <Head
        title={view?.tool ? <ToolPath path={view.tool} /> : view ? 'Program' : 'Execution'}
        back={{ to: '/executions', label: 'Executions' }}
        actions={view && <Actions view={view} />}
        meta={
          view && (
            <>
              <ExecutionState view={view} />
              <Asker view={view} />
              <Ago at={view.startedAt} />
              {view.endedAt && <span>took {lasted(view.startedAt, view.endedAt)}</span>}
              {view.parent && <Link to={executionUrl(view.parent)}>part of a program</Link>}
              {view.plannedBy && <Link to={executionUrl(view.plannedBy)}>by an approved plan</Link>}
              {view.forkedFrom && <Link to={executionUrl(view.forkedFrom.id)}>forked at step {view.forkedFrom.step}</Link>}
              <Link to={actorUrl(view.kind, view.id)}>Inspect</Link>
              <span className="mono id">
                {view.id} <CopyButton text={view.id} label="Copy id" bare />
              </span>
            </>
          )
        }
      />
      {(error || !view) && <AbsentExecution error={error} reload={reload} rows={8} />}
      {view && <ExecutionParts view={view} seq={seq} />}
    </div>
  );
}

function Actions({ view }: { view: ExecutionView }) {
  return (
    <>
      {view.kind === 'program' && <ProgramActions view={view} />}
      {view.tool && isSettled(view) && (
        <Link to={`${toolUrl(view.tool)}?like=${encodeURIComponent(view.id)}`} className="button plain normal">
          <span>Call again with this input</span>
        </Link>
      )}
      <CancelButton view={view} />
    </>
  );
}

function ProgramActions({ view }: { view: ExecutionView }) {
  const offline = useOffline();
  const code = codeOf(view);
  const { busy, submit } = useSubmit();
  if (code === undefined) return null;
  const again = async () => {
    await api.runProgram(code).then(
      ({ id }) => navigate(executionUrl(id)),
      (error: Error) => notify('failed', error.message),
    );
  };
  return (
    <>
      <Link to={`/run?like=${encodeURIComponent(view.id)}`} className="button plain normal">
        <Icon name="code" />
        <span>Edit and run</span>
      </Link>
      <Button icon="refresh" busy={busy} reason={offline} onClick={() => void submit(again)}>
        Run again
      </Button>
    </>
  );
}
