import { useEffect, useState } from 'react';
import type { Rule } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { type ApiError, toApiError } from '../request.ts';
import { executionUrl, Link } from '../router.tsx';
import type { Simulation } from '../shapes.ts';
import { Button, useOffline } from './button.tsx';
import { ErrorNote } from './notes.tsx';
import { DecisionBadge } from './policy-control.tsx';
import { ToolPath } from './state.tsx';
import { Ago } from './time.tsx';

const SPANS = [1, 7, 30] as const;

/** Runs a rule over the calls of the last days: which of them it would have decided otherwise. */
export function TimeMachine({ rule }: { rule: Rule }) {
  const offline = useOffline();
  const key = JSON.stringify(rule);
  const [days, setDays] = useState<number>(7);
  const [state, setState] = useState<{ key: string; busy: boolean; found?: Simulation; error?: ApiError }>({ key, busy: false });
  useEffect(() => setState({ key, busy: false }), [key]);
  const run = async () => {
    setState({ key, busy: true });
    try {
      const found = await api.simulate(rule, days);
      setState(old => (old.key === key ? { key, busy: false, found } : old));
    } catch (error) {
      setState({ key, busy: false, error: toApiError(error) });
    }
  };
  const { found } = state;
  return (
    <div className="time-machine">
      <div className="actions">
        <span className="muted">What would it have done in the last</span>
        <span className="select">
          <select aria-label="Days" value={days} onChange={event => setDays(Number(event.target.value))}>
            {SPANS.map(span => (
              <option key={span} value={span}>
                {span === 1 ? 'day' : `${span} days`}
              </option>
            ))}
          </select>
        </span>
        <Button size="small" icon="clock" busy={state.busy} reason={offline} onClick={() => void run()}>
          Look back
        </Button>
      </div>
      {state.error && <ErrorNote error={state.error} />}
      {found && (
        <>
          <p aria-live="polite">
            Of {found.examined.toLocaleString('en')} calls it would have decided {found.decides.toLocaleString('en')},{' '}
            <strong>
              {found.differs === 0 ? 'none otherwise than they were' : `${found.differs.toLocaleString('en')} otherwise than they were`}
            </strong>
            .
          </p>
          {found.items.length > 0 && (
            <ul className="looked-back">
              {found.items.slice(0, 20).map(item => (
                <li key={item.executionId}>
                  <DecisionBadge decision={item.was.decision} /> → <DecisionBadge decision={item.would.decision} />
                  <Link to={executionUrl(item.executionId)}>
                    <ToolPath path={item.tool} />
                  </Link>
                  <span className="muted small">
                    {item.principal}, <Ago at={item.at} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}
