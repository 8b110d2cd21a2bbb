import { useState } from 'react';
import type { ExecutionView } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { isPreview, type Preview } from '../preview.ts';
import { toApiError } from '../request.ts';
import { isSettled } from '../states.ts';
import { notify } from '../store.ts';
import { Button, useOffline } from './button.tsx';
import { CopyButton } from './copy.tsx';
import { Section } from './head.tsx';
import { Json } from './json.tsx';
import { ErrorNote } from './notes.tsx';
import { Result } from './result.tsx';

/** What came of an execution: its result or its error, with the HTTP status where there was one. */
export function Outcome({ view }: { view: ExecutionView }) {
  if (view.error) {
    const { note: _note, ...details } = view.error.details ?? {}; // a person's note is in the message
    return (
      <Section title="Error" aside={<Status view={view} />}>
        <ErrorNote error={view.error} />
        {Object.keys(details).length > 0 && <Json value={details} open={3} />}
      </Section>
    );
  }
  if (!isSettled(view) || view.state !== 'done') return null;
  return (
    <Section
      title="Result"
      aside={
        <span className="line-up">
          <Status view={view} />
          {view.result !== undefined && !isPreview(view.result) && (
            <CopyButton text={typeof view.result === 'string' ? view.result : JSON.stringify(view.result, null, 2)} />
          )}
        </span>
      }
    >
      {isPreview(view.result) ? <Beginning id={view.id} preview={view.result} /> : <Result value={view.result} />}
    </Section>
  );
}

/** The beginning of a large result; the whole is fetched when somebody wants it. */
function Beginning({ id, preview }: { id: string; preview: Preview }) {
  const [whole, setWhole] = useState<{ value: unknown }>();
  const [busy, setBusy] = useState(false);
  const offline = useOffline();
  if (whole) return <Result value={whole.value} />;
  const load = async () => {
    setBusy(true);
    try {
      setWhole({ value: await api.result(id) });
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
    setBusy(false);
  };
  return (
    <div className="stack">
      <div className="text-result">{preview.preview}…</div>
      <div className="actions">
        <Button busy={busy} reason={offline} onClick={() => void load()}>
          Show all of it
        </Button>
        <span className="muted">{(preview.bytes / 1000).toLocaleString('en', { maximumFractionDigits: 0 })} kB</span>
      </div>
    </div>
  );
}

function Status({ view }: { view: ExecutionView }) {
  if (!view.http) return null;
  return <span className={`http ${view.http.status < 400 ? 'done' : 'failed'}`}>HTTP {view.http.status}</span>;
}
