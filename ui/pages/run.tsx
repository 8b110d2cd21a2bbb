import { useEffect, useMemo, useState } from 'react';
import { api } from '../api.ts';
import { useExecution } from '../executions.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { CancelButton } from '../parts/cancel-button.tsx';
import { CodeEditor } from '../parts/code-editor.tsx';
import { ExecutionParts } from '../parts/execution-parts.tsx';
import { Head } from '../parts/head.tsx';
import { ErrorNote } from '../parts/notes.tsx';
import { codeOf, marksOf, useJournal } from '../parts/program.tsx';
import { ExecutionState } from '../parts/state.tsx';
import { lasted } from '../parts/time.tsx';
import { ToolPicker } from '../parts/tool-picker.tsx';
import { useResource } from '../resource.ts';
import { executionUrl, Link, setQuery, useLocation } from '../router.tsx';
import { isSettled } from '../states.ts';
import { useSubmit } from '../submit.ts';
import { useTitle } from '../title.ts';

/** Where this browser keeps what is being written. */
const DRAFT = 'executor.code';

const EXAMPLE = `// Tools are called by their paths, and answer with data.
const { items } = await tools.$search('list');
console.log(\`\${items.length} tools found\`);
return items.map(({ path, effect }) => ({ path, effect }));
`;

/** Writes a program, runs it, and follows it: the line it is at, its logs, and what waits for a person. */
export function RunPage() {
  useTitle('Run code');
  const { query } = useLocation();
  const like = query.get('like');
  const id = query.get('run') ?? '';
  const earlier = useResource(`like ${like}`, signal => (like ? api.execution(like, signal) : Promise.resolve(undefined)));
  const [text, setText] = useState(() => localStorage.getItem(DRAFT) ?? EXAMPLE);
  const code = earlier.data && codeOf(earlier.data);
  useEffect(() => {
    if (code === undefined) return;
    setText(code);
    setQuery('like', '');
  }, [code]);
  useEffect(() => localStorage.setItem(DRAFT, text), [text]);
  const offline = useOffline();
  const { busy, error, submit } = useSubmit();
  const empty = text.trim() === '' ? 'Write something first.' : undefined;
  const run = (simulate: boolean) => submit(async () => setQuery('run', (await api.runProgram(text, simulate)).id));

  return (
    <div className="page">
      <Head
        title="Run code"
        meta={<span>A program in a sandbox: it calls tools as any agent does, under the same policies, and survives a restart.</span>}
      />
      {earlier.error && <ErrorNote error={earlier.error} retry={earlier.reload} />}
      <section className="card run-code">
        <Editor id={id} text={text} onChange={setText} onSubmit={() => !offline && !empty && void run(false)} />
        <ToolPicker onPick={snippet => setText(old => inserted(old, snippet))} />
        {error && <ErrorNote error={error} />}
        <div className="actions">
          <Button look="primary" icon="play" busy={busy} reason={offline ?? empty} onClick={() => void run(false)}>
            Run
          </Button>
          <Button icon="question" busy={busy} reason={offline ?? empty} onClick={() => void run(true)}>
            Try out
          </Button>
          <span className="muted small">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs. Trying out sends nothing that writes, and shows the plan.
          </span>
        </div>
      </section>
      {id && <Followed key={id} id={id} />}
    </div>
  );
}

/** The editor with the lines a program that runs is at, as long as it is the same text. */
function Editor({ id, ...editor }: { id: string; text: string; onChange: (text: string) => void; onSubmit: () => void }) {
  const { view } = useExecution(id);
  const { steps } = useJournal(view);
  const same = view !== undefined && codeOf(view) === editor.text;
  const marks = useMemo(() => (same ? marksOf(steps, isSettled(view)) : undefined), [same, steps, view]);
  return <CodeEditor label="Program" {...editor} {...(marks && { marks })} />;
}

function Followed({ id }: { id: string }) {
  const { view, seq, error, reload } = useExecution(id);
  if (!view) return error ? <ErrorNote error={error} retry={reload} /> : null;
  return (
    <>
      <div className="started">
        <ExecutionState view={view} />
        {view.endedAt && <span className="muted">took {lasted(view.startedAt, view.endedAt)}</span>}
        <Link to={executionUrl(id)}>Show the execution</Link>
        <CancelButton view={view} />
      </div>
      <ExecutionParts view={view} seq={seq} source={false} />
    </>
  );
}

/** A call in front of the `return` a program ends with, else at its end. */
function inserted(text: string, snippet: string): string {
  const at = text.search(/^return\b[^\n]*\n*(?![\s\S]*^return\b)/m);
  return at < 0 ? `${text.trimEnd()}\n${snippet}\n` : `${text.slice(0, at)}${snippet}\n${text.slice(at)}`;
}
