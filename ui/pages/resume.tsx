import { useExecution } from '../executions.ts';
import { AbsentExecution } from '../parts/absent-execution.tsx';
import { Answer } from '../parts/answer.tsx';
import { Head } from '../parts/head.tsx';
import { Note } from '../parts/notes.tsx';
import { Request } from '../parts/request.tsx';
import { ExecutionState } from '../parts/state.tsx';
import { Ago } from '../parts/time.tsx';
import { executionUrl, Link } from '../router.tsx';
import { isSettled, openInteraction, verdictOf } from '../states.ts';
import { useTitle } from '../title.ts';

/** One waiting execution by its link: what is asked and the answer, or, when it is settled, who did what and when. */
export function ResumePage({ id }: { id: string }) {
  const { view, error, reload } = useExecution(id);
  useTitle(view?.tool ?? 'Resume');
  const open = view && openInteraction(view);
  const shown = open ?? view?.interactions.at(-1);
  return (
    <div className="page narrow">
      <Head
        title={open ? 'Waiting for you' : view ? (isSettled(view) ? 'Nothing left to answer' : 'Answered') : 'Waiting for you'}
        back={{ to: '/pending', label: 'Inbox' }}
        meta={
          view && (
            <>
              <ExecutionState view={view} />
              <Link to={executionUrl(view.id)}>{isSettled(view) ? 'Show the result and the timeline' : 'Show the execution'}</Link>
            </>
          )
        }
      />
      {(error || !view) && <AbsentExecution error={error} reload={reload} rows={6} />}
      {view?.interactions
        .filter(interaction => interaction.settledAt)
        .map(interaction => (
          <Note
            key={interaction.id}
            tone={interaction.action === 'decline' || interaction.action === 'give_up' ? 'failed' : 'done'}
            title={
              <>
                {verdictOf(interaction)}
                {interaction.by && ` by ${interaction.by}`}, {interaction.settledAt && <Ago at={interaction.settledAt} />}
              </>
            }
          >
            {interaction.note && `“${interaction.note}”`}
          </Note>
        ))}
      {view && shown && (
        <article className="card request-card">
          <Request view={view} interaction={shown} />
          {open && <Answer key={open.id} view={view} interaction={open} keys />}
        </article>
      )}
    </div>
  );
}
