import type { Change } from '../diff.ts';
import { Json, LongText } from './json.tsx';

const SIGN = { added: '+', removed: '−', changed: '±' } as const;

/** Where two values differ: the place, what stood there, what stands there now. */
export function Changes({ changes, same = 'Nothing differs.' }: { changes: readonly Change[]; same?: string }) {
  if (changes.length === 0) return <p className="muted">{same}</p>;
  return (
    <ul className="changes">
      {changes.map(change => (
        <li key={change.path} className={change.kind}>
          <span className="change-sign" aria-hidden="true">
            {SIGN[change.kind]}
          </span>
          <span className="change-path">
            {change.path || 'value'} <span className="hidden">{change.kind}</span>
          </span>
          {change.kind !== 'added' && (
            <del>
              <Value value={change.before} />
            </del>
          )}
          {change.kind !== 'removed' && (
            <ins>
              <Value value={change.after} />
            </ins>
          )}
        </li>
      ))}
    </ul>
  );
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'object' && value !== null) return <Json value={value} open={0} />;
  return <LongText text={typeof value === 'string' ? value : String(value)} />;
}
