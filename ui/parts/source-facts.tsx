import type { Diff, SourceView } from '../../machines/schema/source.ts';
import { counted } from '../counted.ts';
import { Button } from './button.tsx';
import { Note } from './notes.tsx';

/** Where a source comes from and where its calls go. */
export function Facts({ source }: { source: SourceView }) {
  const facts: [string, string | undefined][] = [
    ['Calls go to', source.baseUrl],
    ['Description', source.url ?? 'given as a document'],
    ['Headers', source.headers?.length ? `${source.headers.join(', ')} (sealed)` : undefined],
    ['Private addresses', source.allowPrivate ? 'allowed for this source' : undefined],
  ];
  return (
    <dl className="facts card">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** What the import found, and what it could not use. */
export function Report({ source }: { source: SourceView }) {
  const { report, warnings = [] } = source;
  if (!report && warnings.length === 0) return null;
  const summary = report && [
    `${counted(report.operations, 'operation')} became ${counted(report.tools, 'tool')}`,
    report.bodiesDeclared > 0
      ? `${counted(report.bodiesSendable, 'request body', 'request bodies')} of ${report.bodiesDeclared.toLocaleString('en')} can be sent`
      : undefined,
  ];
  return (
    <div className="report">
      {summary && <p className="muted">{summary.filter(Boolean).join(', ')}.</p>}
      {warnings.length > 0 && (
        <details className="fold">
          <summary>{counted(warnings.length, 'warning')}</summary>
          <ul>
            {warnings.map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** What a refresh changed. */
export function DiffNote({ diff, onClose }: { diff: Diff; onClose: () => void }) {
  const parts = (['added', 'changed', 'removed', 'held'] as const).filter(part => diff[part].length > 0);
  return (
    <Note
      tone="done"
      title={
        parts.length === 0 ? 'Refreshed: nothing changed' : `Refreshed: ${parts.map(part => `${diff[part].length} ${part}`).join(', ')}`
      }
      actions={
        <Button size="small" onClick={onClose}>
          Dismiss
        </Button>
      }
    >
      {parts.map(part => (
        <details key={part} className="fold">
          <summary>
            {diff[part].length} {part}
          </summary>
          <ul className="mono">
            {diff[part].slice(0, 200).map(path => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </details>
      ))}
    </Note>
  );
}
