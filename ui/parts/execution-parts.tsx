import type { ExecutionView } from '../../machines/schema/execution.ts';
import { useExecution, useLog } from '../executions.ts';
import { isSettled, openInteraction } from '../states.ts';
import { Answer } from './answer.tsx';
import { CopyButton } from './copy.tsx';
import { Section } from './head.tsx';
import { Arguments } from './json.tsx';
import { ErrorNote, Skeleton } from './notes.tsx';
import { Outcome } from './outcome.tsx';
import { Plan } from './plan.tsx';
import { ProgramParts } from './program.tsx';
import { Request } from './request.tsx';
import { Timeline } from './timeline.tsx';

/** An execution as it goes: what it waits for and its answer, what came of it, what it was given, and its events. */
export function ExecutionParts({ view, seq, source }: { view: ExecutionView; seq: number; source?: boolean }) {
  const log = useLog(view.id, seq);
  const isProgram = view.kind === 'program';
  const open = isProgram ? undefined : openInteraction(view);
  return (
    <div className="columns detail-columns">
      <div className="stack">
        {open && <Question view={view} />}
        {isProgram && <Waiting view={view} />}
        <Plan view={view} />
        <Outcome view={view} />
        {isProgram && <ProgramParts view={view} source={source ?? true} />}
        {!open && !isProgram && (
          <Section title="Input" aside={<CopyButton text={JSON.stringify(view.input, null, 2)} label="Copy JSON" />}>
            <Arguments value={view.input} />
          </Section>
        )}
      </div>
      <Section title="Timeline">
        {log.error && !log.data && <ErrorNote error={log.error} retry={log.reload} />}
        {!log.data && !log.error && <Skeleton rows={6} height={24} />}
        {log.data && <Timeline entries={log.data.items} view={view} />}
      </Section>
    </div>
  );
}

/** What a call waits for, and its answer. */
export function Question({ view }: { view: ExecutionView }) {
  const open = openInteraction(view);
  if (!open) return null;
  return (
    <article className="card request-card waiting-card">
      <Request view={view} interaction={open} />
      <Answer key={open.id} view={view} interaction={open} keys={false} />
    </article>
  );
}

/** What a program waits for: its calls' questions, answered here. */
function Waiting({ view }: { view: ExecutionView }) {
  const asked = isSettled(view) ? [] : view.interactions.filter(interaction => !interaction.settledAt);
  return asked.map(interaction => <WaitingCall key={interaction.id} id={interaction.executionId} />);
}

function WaitingCall({ id }: { id: string }) {
  const { view } = useExecution(id);
  return view && <Question view={view} />;
}
