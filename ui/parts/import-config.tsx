import { useRef, useState } from 'react';
import type { Config, ConfigChange, ConfigOutcome } from '../../machines/schema/config.ts';
import { api } from '../api.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { parseJson } from './json-editor.tsx';
import { ErrorNote, Note } from './notes.tsx';

interface Chosen {
  name: string;
  config: Config;
}

const SIGN = { add: '+', change: '±', replace: '±', remove: '−' } as const;

/** Makes the set-up what a file says: shows first what that changes. */
export function ImportConfig() {
  const offline = useOffline();
  const chooser = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen>();
  const [prune, setPrune] = useState(false);
  const [changes, setChanges] = useState<ConfigChange[]>();
  const [outcome, setOutcome] = useState<ConfigOutcome>();
  const { busy, error, submit } = useSubmit();

  const plan = (file: Chosen, alsoRemove: boolean) =>
    submit(async () => {
      setChosen(file);
      setPrune(alsoRemove);
      setOutcome(undefined);
      setChanges(undefined);
      setChanges((await api.planConfig({ config: file.config, ...(alsoRemove && { prune: true }) })).changes);
    });
  const take = async (file: File | undefined) => {
    if (!file) return;
    const { value, problem } = parseJson(await file.text());
    if (problem || typeof value !== 'object' || value === null) {
      return submit(() => Promise.reject(new Error(`${file.name} is no JSON: ${problem ?? 'it holds no object'}`)));
    }
    return plan({ name: file.name, config: value as Config }, prune);
  };
  const apply = () =>
    submit(async () => {
      if (!chosen) return;
      setOutcome(await api.applyConfig({ config: chosen.config, ...(prune && { prune: true }) }));
      setChanges(undefined);
    });

  return (
    <>
      <div className="setting">
        <div>
          <p className="setting-name">Import</p>
          <p className="muted small">What a file changes is shown before anything is done.</p>
        </div>
        <Button icon="file" busy={busy} reason={offline} onClick={() => chooser.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={chooser}
          type="file"
          className="hidden"
          aria-label="Configuration file"
          tabIndex={-1}
          accept=".json"
          onChange={event => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      {error && <ErrorNote error={error} />}
      {chosen && changes && (
        <div className="import-plan">
          <p>
            <span className="mono">{chosen.name}</span>{' '}
            {changes.length === 0 ? 'says what is set up already: no changes.' : `makes ${changes.length} changes:`}
          </p>
          <Changed changes={changes} />
          <label className="check">
            <input type="checkbox" checked={prune} onChange={event => void plan(chosen, event.target.checked)} />
            Also remove what is set up and not in the file
          </label>
          {changes.length > 0 && (
            <div className="actions">
              <Button look="primary" busy={busy} reason={offline} onClick={() => void apply()}>
                Apply
              </Button>
              <Button onClick={() => setChanges(undefined)}>Cancel</Button>
            </div>
          )}
        </div>
      )}
      {outcome && (
        <Note
          tone={outcome.changes.some(change => change.error) ? 'failed' : 'done'}
          title={outcome.changes.some(change => change.error) ? 'Not all of it could be done' : 'Imported'}
        >
          <Changed changes={outcome.changes} />
        </Note>
      )}
    </>
  );
}

function Changed({ changes }: { changes: ConfigOutcome['changes'] }) {
  return (
    <ul className="import-changes">
      {changes.map(({ op, what, name, fields, runs, error }) => (
        <li key={`${op} ${what} ${name}`} className={op}>
          <span aria-hidden="true">{SIGN[op]}</span>
          <span>
            {op} {what} <span className="mono">{name}</span>
            {fields && <span className="muted"> {fields.join(', ')}</span>}
            {runs && (
              <span className="import-runs">
                It starts a program on this machine: <code>{runs.join(' ')}</code>
              </span>
            )}
            {error && <span className="field-problem"> {error.message}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
