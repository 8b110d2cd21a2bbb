import { useEffect, useMemo, useState } from 'react';
import type { ExecutionView, JournalStep } from '../../machines/schema/execution.ts';
import { api } from '../api.ts';
import { useCalmly } from '../calmly.ts';
import { counted } from '../counted.ts';
import { useResource } from '../resource.ts';
import { isSettled, toneOf, wordOf } from '../states.ts';
import { useStore } from '../store.ts';
import { watch } from '../wire.ts';
import { Button } from './button.tsx';
import type { Mark } from './code-editor.tsx';
import { CopyButton } from './copy.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { Section } from './head.tsx';
import { Highlighted } from './highlight.tsx';
import { JournalWhat } from './journal-what.tsx';
import { Json } from './json.tsx';
import { ErrorNote, Skeleton } from './notes.tsx';
import { Result } from './result.tsx';
import { State } from './state.tsx';

/** The code of a program's view. */
export function codeOf(view: ExecutionView): string | undefined {
  const { code } = (view.input ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Which lines of its code a program is at, and which it has been at. */
export function marksOf(steps: readonly JournalStep[], settled: boolean): ReadonlyMap<number, Mark> {
  const marks = new Map<number, Mark>();
  for (const { line } of steps) if (line !== undefined) marks.set(line, 'passed');
  if (!settled) for (const { line, answeredAt } of steps) if (line !== undefined && !answeredAt) marks.set(line, 'current');
  return marks;
}

/** A program from within: its source with the lines it is at, what it asked for step by step, and what it said. */
export function ProgramParts({ view, source }: { view: ExecutionView; source: boolean }) {
  const code = codeOf(view);
  const { steps, error, reload, ready } = useJournal(view);
  const [fork, setFork] = useState<number>();
  return (
    <>
      {source && code !== undefined && (
        <Section title="Program" aside={<CopyButton text={code} />}>
          <Source code={code} marks={marksOf(steps, isSettled(view))} />
        </Section>
      )}
      <Section title="Steps" aside={<span className="muted">{view.calls ? counted(view.calls.total, 'call') : ''}</span>}>
        {error && <ErrorNote error={error} retry={reload} />}
        {!ready && !error && <Skeleton rows={4} height={24} />}
        {ready && steps.length === 0 && <p className="muted">It has asked for nothing.</p>}
        <ol className="journal">
          {steps.map(step => (
            <JournalRow key={step.n} step={step} onFork={setFork} />
          ))}
        </ol>
      </Section>
      <Output view={view} />
      {fork !== undefined && code !== undefined && <ForkDialog id={view.id} step={fork} code={code} onClose={() => setFork(undefined)} />}
    </>
  );
}

/** The steps of a program, read again whenever it or one of its calls has moved. */
export function useJournal(view: ExecutionView | undefined) {
  const settled = view === undefined || isSettled(view);
  const id = view?.kind === 'program' ? view.id : undefined;
  const live = useMark(settled ? undefined : id);
  const { data, error, reload } = useResource(`journal ${id} ${settled}`, signal =>
    id === undefined ? Promise.resolve(NONE) : api.journal(id, { limit: 1000 }, signal),
  );
  useCalmly(live, reload);
  return { steps: data?.items ?? NONE.items, error: data ? undefined : error, reload, ready: data !== undefined };
}

const NONE = { items: [] as JournalStep[] };

/** Changes whenever anything happens, for as long as somebody wants to know. */
function useMark(id: string | undefined): string | undefined {
  useEffect(() => (id === undefined ? undefined : watch('actors')), [id]);
  const key = useStore(context => context.transitions[0]?.key);
  return id === undefined ? undefined : key;
}

function Source({ code, marks }: { code: string; marks: ReadonlyMap<number, Mark> }) {
  const lines = useMemo(() => code.split('\n'), [code]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <pre className="source" tabIndex={0}>
      {lines.map((line, index) => {
        const mark = marks.get(index + 1);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <span key={index} className={`source-line ${mark ?? ''}`} aria-current={mark === 'current' ? 'step' : undefined}>
            <span className="source-n" aria-hidden="true">
              {index + 1}
            </span>
            <code>
              <Highlighted text={line} language="typescript" />
            </code>
          </span>
        );
      })}
    </pre>
  );
}

function JournalRow({ step, onFork }: { step: JournalStep; onFork: (step: number) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <li className="journal-row">
      <span className="event-seq">{step.n}</span>
      <State tone={toneOf(step.state)} word={wordOf(step.state)} quiet />
      <JournalWhat step={step} />
      <span className="actions">
        {step.answeredAt && (
          <Button look="quiet" size="small" onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Answer'}
          </Button>
        )}
        <Button look="quiet" size="small" icon="branch" label={`Fork before step ${step.n}`} onClick={() => onFork(step.n)} />
      </span>
      {open && (
        <div className="journal-answer">
          <Json value={step.error ?? step.result} open={2} />
        </div>
      )}
    </li>
  );
}

/** What the program said: its logs and what it showed. */
function Output({ view }: { view: ExecutionView }) {
  const live = useMark(isSettled(view) ? undefined : view.id);
  const { data, reload } = useResource(`output ${view.id} ${isSettled(view)}`, signal => api.output(view.id, signal));
  useCalmly(live, reload);
  if (!data || data.logs.length + data.emitted.length === 0) return null;
  return (
    <Section title="Output">
      {data.logs.length > 0 && (
        <ol className="logs">
          {data.logs.map((log, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line of a log is its place
            <li key={index} className={log.level}>
              <span className="muted">{log.line ?? ''}</span>
              <code>{log.text}</code>
            </li>
          ))}
        </ol>
      )}
      {data.emitted.map(({ value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was shown is its place
        <Result key={index} value={value} />
      ))}
    </Section>
  );
}
