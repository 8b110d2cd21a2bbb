import { type FormEvent, useId, useState } from 'react';
import type { Settings } from '../../machines/schema/settings.ts';
import { api } from '../api.ts';
import { type ApiError, toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { notify } from '../store.ts';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { ErrorNote, Skeleton } from './notes.tsx';

const FIELDS: readonly { name: keyof Settings; label: string; say: string; unit: string }[] = [
  { name: 'approvalDays', label: 'An approval expires after', say: 'What nobody answers in time is denied.', unit: 'days' },
  { name: 'historyDays', label: 'Executions are kept for', say: 'Settled ones only; what waits stays.', unit: 'days' },
  { name: 'historyCount', label: 'At most', say: 'The newest are kept.', unit: 'executions' },
  { name: 'refreshHours', label: 'Sources are fetched again every', say: '0 is never.', unit: 'hours' },
  {
    name: 'programComputeSeconds',
    label: 'A program may compute for',
    say: 'Waiting for tools and people does not count.',
    unit: 'seconds',
  },
  { name: 'programMemoryMiB', label: 'A program may use', say: 'Of memory, in its sandbox.', unit: 'MiB' },
  { name: 'programCalls', label: 'A program may make', say: 'Calls, searches and descriptions.', unit: 'calls' },
];

/** How long the daemon keeps what, and how often it fetches again. */
export function Keeping() {
  const { data, error, reload } = useResource('settings', api.settings);
  return (
    <Section title="The daemon">
      {error && !data && <ErrorNote error={error} retry={reload} />}
      {!data && !error && <Skeleton rows={5} height={28} />}
      {data && <KeepingForm key={JSON.stringify(data)} settings={data} onSaved={reload} />}
    </Section>
  );
}

function KeepingForm({ settings, onSaved }: { settings: Settings; onSaved: () => void }) {
  const base = useId();
  const offline = useOffline();
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    Object.fromEntries(FIELDS.map(({ name }) => [name, String(settings[name])])),
  );
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const changed = FIELDS.filter(({ name }) => texts[name] !== String(settings[name]));
  const wrong = changed.some(({ name }) => texts[name]?.trim() === '' || !Number.isFinite(Number(texts[name])));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.saveSettings(Object.fromEntries(changed.map(({ name }) => [name, Number(texts[name])])));
      notify('done', 'Settings saved');
      onSaved();
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return (
    <form onSubmit={event => void save(event)}>
      {FIELDS.map(({ name, label, say, unit }) => (
        <div key={name} className="setting">
          <div>
            <label className="setting-name" htmlFor={`${base}-${name}`}>
              {label}
            </label>
            <p className="muted small">{say}</p>
          </div>
          <span className="quantity">
            <input
              id={`${base}-${name}`}
              inputMode="decimal"
              value={texts[name] ?? ''}
              aria-invalid={!Number.isFinite(Number(texts[name]))}
              onChange={event => setTexts({ ...texts, [name]: event.target.value })}
            />
            <span className="muted">{unit}</span>
          </span>
        </div>
      ))}
      {error && <ErrorNote error={error} />}
      <div className="actions setting-actions">
        <Button
          type="submit"
          look="primary"
          busy={busy}
          reason={offline ?? (wrong ? 'These are numbers.' : changed.length === 0 ? 'Nothing has been changed.' : undefined)}
        >
          Save
        </Button>
      </div>
    </form>
  );
}
