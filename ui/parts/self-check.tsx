import { useState } from 'react';
import { api } from '../api.ts';
import { type ApiError, toApiError } from '../request.ts';
import { actorUrl, executionUrl, Link } from '../router.tsx';
import type { Diagnosis } from '../shapes.ts';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { ErrorNote, Note } from './notes.tsx';

/** Asks the daemon whether all that is stored agrees with itself. */
export function SelfCheck() {
  const offline = useOffline();
  const [state, setState] = useState<{ busy: boolean; found?: Diagnosis; error?: ApiError }>({ busy: false });
  const run = async () => {
    setState({ busy: true });
    try {
      setState({ busy: false, found: await api.doctor() });
    } catch (error) {
      setState({ busy: false, error: toApiError(error) });
    }
  };
  return (
    <Section title="Self-check">
      <div className="setting">
        <div>
          <p className="setting-name">Replay every log against its row</p>
          <p className="muted small">Each machine is played again from its recorded events and compared with what is stored.</p>
        </div>
        <Button busy={state.busy} reason={offline} icon="check" onClick={() => void run()}>
          Check
        </Button>
      </div>
      {state.error && <ErrorNote error={state.error} />}
      {state.found && <Finding found={state.found} />}
    </Section>
  );
}

function Finding({ found }: { found: Diagnosis }) {
  const { differences, quarantined, openClaims } = found;
  const agree = differences.length + quarantined.length + openClaims.length === 0;
  return (
    <Note tone={agree ? 'done' : 'failed'} title={`${found.actors.toLocaleString('en')} actors looked at${agree ? ': all agree' : ''}`}>
      {!agree && (
        <ul className="findings">
          {quarantined.map(({ kind, id, reason }) => (
            <li key={`${kind}:${id}`}>
              <Link to={actorUrl(kind, id)}>{id}</Link> is set aside: {reason}
            </li>
          ))}
          {differences.map(({ kind, id, found: what }) => (
            <li key={`${kind}:${id} differs`}>
              <Link to={actorUrl(kind, id)}>{id}</Link>: {what.join('; ')}
            </li>
          ))}
          {openClaims.map(({ executionId }) => (
            <li key={`${executionId} claim`}>
              <Link to={executionUrl(executionId)}>{executionId}</Link>: a write left and has no outcome
            </li>
          ))}
        </ul>
      )}
    </Note>
  );
}
