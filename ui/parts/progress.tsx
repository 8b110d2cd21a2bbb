import type { SourceView } from '../../machines/schema/source.ts';
import { progressOf } from './source-rows.tsx';

const STEPS = [
  { state: 'detecting', label: 'Detecting', say: 'Fetching the description and finding out what it is' },
  { state: 'indexing', label: 'Indexing', say: 'Turning each operation into a tool' },
  { state: 'ready', label: 'Ready', say: 'Agents can find and call the tools' },
] as const;

/** The way of a new source through its states, live. */
export function Progress({ source }: { source: SourceView }) {
  const reached = source.state === 'failed' ? -1 : STEPS.findIndex(step => step.state === source.state);
  const at = reached < 0 ? (source.kind === null ? 0 : 1) : reached;
  return (
    <ol className="progress">
      {STEPS.map((step, index) => {
        const tone =
          index < at || source.state === 'ready' ? 'done' : index > at ? 'idle' : source.state === 'failed' ? 'failed' : 'working';
        return (
          <li key={step.state} className={tone} aria-current={index === at ? 'step' : undefined}>
            <span className="step-dot" aria-hidden="true" />
            <strong>{step.label}</strong>
            <span className="muted">{tone === 'working' && progressOf(source) ? progressOf(source) : step.say}</span>
            {tone === 'working' && (
              <progress aria-label={step.label} {...(source.progress && { value: source.progress.done, max: source.progress.total })} />
            )}
          </li>
        );
      })}
    </ol>
  );
}
