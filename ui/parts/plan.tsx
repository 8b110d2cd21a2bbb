import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { PlannedWrite } from '../../machines/schema/program.ts';
import { api } from '../api.ts';
import { counted } from '../counted.ts';
import { executionUrl, Link, navigate, toolUrl } from '../router.tsx';
import { isSettled } from '../states.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { Arguments } from './json.tsx';
import { ErrorNote } from './notes.tsx';
import { DecisionBadge } from './policy-control.tsx';
import { EffectBadge, ToolPath } from './state.tsx';

/** What a program that was only tried out would have written, in order; approving it runs exactly that. */
export function Plan({ view }: { view: ExecutionView }) {
  const offline = useOffline();
  const { busy, error, submit } = useSubmit();
  if (!view.simulate) return null;
  const plan = (view.plan ?? []) as PlannedWrite[];
  const blocked = plan.find(({ decision }) => decision === 'block');
  const approve = () => submit(async () => navigate(executionUrl((await api.approvePlan(view.id)).id)));
  return (
    <Section title="Plan" aside={<span className="muted">{counted(plan.length, 'write')}</span>}>
      <p className="muted">It was only tried out: what reads was called, what writes was answered with samples. Nothing was sent.</p>
      {isSettled(view) && plan.length === 0 && <p>It would write nothing.</p>}
      <ol className="plan">
        {plan.map((write, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step of a plan is its place
          <li key={index}>
            <div className="plan-head">
              <span className="event-seq">{index + 1}</span>
              <Link to={toolUrl(write.tool)}>
                <ToolPath path={write.tool} />
              </Link>
              <EffectBadge effect={write.effect} />
              <DecisionBadge decision={write.decision} />
              {write.connection && <span className="muted">as {write.connection}</span>}
            </div>
            <Arguments value={write.input} />
          </li>
        ))}
      </ol>
      {error && <ErrorNote error={error} />}
      {view.state === 'done' && plan.length > 0 && (
        <div className="actions">
          <Button
            look="primary"
            icon="check"
            busy={busy}
            reason={offline ?? (blocked && `A policy blocks ${blocked.tool}.`)}
            onClick={() => void approve()}
          >
            Approve and run
          </Button>
          <span className="muted small">It runs again, for real. What leaves this plan asks first.</span>
        </div>
      )}
    </Section>
  );
}
