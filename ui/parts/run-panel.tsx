import { useEffect, useId, useRef, useState } from 'react';
import { api } from '../api.ts';
import { useConnections } from '../connections.ts';
import { useExecution } from '../executions.ts';
import { type ApiError, toApiError } from '../request.ts';
import { executionUrl, Link } from '../router.tsx';
import type { Envelope, ToolDescription } from '../shapes.ts';
import { isSettled, openInteraction } from '../states.ts';
import { Answer } from './answer.tsx';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { Json } from './json.tsx';
import { JsonEditor, parseJson } from './json-editor.tsx';
import { ErrorNote } from './notes.tsx';
import { Outcome } from './outcome.tsx';
import { Request } from './request.tsx';
import { SchemaForm } from './schema-form.tsx';
import { ExecutionState } from './state.tsx';
import { lasted } from './time.tsx';

/** How many seconds to hold a connection for the outcome; whatever takes longer is shown live. */
const WAIT = 2;

/** Where this browser remembers how input is written. */
const MODE = 'executor.input';

/** Runs a tool as any client would: the same policies, the same history. What it then waits for can be answered here. */
export function RunPanel({ tool, like, focus }: { tool: ToolDescription; like?: unknown; focus?: boolean }) {
  const panel = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(() => JSON.stringify(like ?? toFill(tool.sample), null, 2));
  const [mode, setMode] = useState<'form' | 'json'>(() => (localStorage.getItem(MODE) === 'json' ? 'json' : 'form'));
  const [turn, setTurn] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [started, setStarted] = useState<string>();
  const offline = useOffline();
  const connections = useConnections(tool.source).data?.items ?? [];
  const [connection, setConnection] = useState('');
  const { value, problem } = parseJson(text);
  const blocked = tool.policy?.decision === 'block' ? 'A policy blocks this tool.' : undefined;
  const reason = offline ?? blocked ?? (problem && 'The input is not JSON yet.');

  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const asForm = mode === 'form' && (value === undefined || isObject) && !problem;
  const choose = (next: 'form' | 'json') => {
    setMode(next);
    setTurn(turn + 1);
    localStorage.setItem(MODE, next);
  };

  const run = async () => {
    if (busy || reason) return;
    setBusy(true);
    setError(undefined);
    setStarted(undefined);
    try {
      setStarted(executionOf(await api.invoke(tool.path, value ?? {}, WAIT, connection)));
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };

  // Whoever came to run it starts at its first argument, or at the button when there is none.
  useEffect(() => {
    const fields = 'input:not([type="radio"]), textarea, select';
    if (focus)
      (panel.current?.querySelector<HTMLElement>(fields) ?? panel.current?.querySelector<HTMLElement>('.run-actions button'))?.focus();
  }, [focus]);

  return (
    <div className="stack" ref={panel}>
      <Section title="Run" aside={<Modes mode={mode} onChoose={choose} />}>
        {asForm ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the fields within
          <div
            onKeyDown={event => {
              if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              void run();
            }}
          >
            <SchemaForm
              key={turn}
              schema={tool.inputSchema}
              value={(value ?? {}) as Record<string, unknown>}
              onChange={next => setText(JSON.stringify(next, null, 2))}
            />
          </div>
        ) : (
          <JsonEditor label="Input" text={text} onChange={setText} onSubmit={() => void run()} />
        )}
        <div className="actions run-actions">
          {connections.length > 1 && (
            <label className="select">
              <span className="muted">As</span>
              <select value={connection} onChange={event => setConnection(event.target.value)}>
                <option value="">the default</option>
                {connections.map(one => (
                  <option key={one.name}>{one.name}</option>
                ))}
              </select>
            </label>
          )}
          <Button look="primary" icon="play" busy={busy} reason={reason} onClick={() => void run()}>
            Run
          </Button>
          <span className="muted small">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
        </div>
        {error && (
          <>
            <ErrorNote error={error} />
            {error.details && <Json value={error.details} open={3} />}
          </>
        )}
      </Section>
      {started && <Started id={started} />}
    </div>
  );
}

function Modes({ mode, onChoose }: { mode: 'form' | 'json'; onChoose: (mode: 'form' | 'json') => void }) {
  const name = useId();
  return (
    <div className="choice small" role="radiogroup" aria-label="Input as">
      {(['form', 'json'] as const).map(one => (
        <label key={one}>
          <input type="radio" name={name} checked={mode === one} onChange={() => onChoose(one)} />
          <span>{one === 'form' ? 'Form' : 'JSON'}</span>
        </label>
      ))}
    </div>
  );
}

function Started({ id }: { id: string }) {
  const top = useRef<HTMLDivElement>(null);
  const { view, error, reload } = useExecution(id);
  const shown = view !== undefined;
  useEffect(() => {
    if (shown) top.current?.parentElement?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [shown]);
  if (!view) return error ? <ErrorNote error={error} retry={reload} /> : null;
  const open = openInteraction(view);
  return (
    <>
      <div className="started" ref={top}>
        <ExecutionState view={view} />
        {view.endedAt && <span className="muted">took {lasted(view.startedAt, view.endedAt)}</span>}
        <Link to={executionUrl(id)}>Show the execution</Link>
      </div>
      {open && (
        <article className="card request-card waiting-card">
          <Request view={view} interaction={open} />
          <Answer key={open.id} view={view} interaction={open} keys={false} />
        </article>
      )}
      {isSettled(view) && <Outcome view={view} />}
    </>
  );
}

/** A sample without the words that only stand for "a text": nobody wants to delete them first. */
function toFill(sample: unknown): unknown {
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) return sample ?? {};
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, value === 'string' ? '' : value]));
}

/** Every envelope names its execution, in one of two places. */
function executionOf(envelope: Envelope): string | undefined {
  return envelope.executionId ?? envelope.error?.executionId;
}
