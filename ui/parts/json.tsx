import { useState } from 'react';
import { Button } from './button.tsx';

const LONG = 280;
const MANY = 60;

/** A JSON value as a tree that opens where one looks; of any size, since what is closed is not built. */
export function Json({ value, open = 2 }: { value: unknown; open?: number }) {
  return (
    <div className="json">
      <Branch value={value} depth={0} open={open} />
    </div>
  );
}

function Branch({ name, value, depth, open }: { name?: string; value: unknown; depth: number; open: number }) {
  if (typeof value === 'object' && value !== null)
    return <Container {...(name !== undefined && { name })} value={value} depth={depth} open={open} />;
  return (
    <div className="json-leaf">
      {name !== undefined && <span className="json-key">{name}</span>}
      <Scalar value={value} />
    </div>
  );
}

function Container({ name, value, depth, open }: { name?: string; value: object; depth: number; open: number }) {
  const [isOpen, setOpen] = useState(depth < open);
  const [shown, setShown] = useState(MANY);
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const summary = list ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        {name !== undefined && <span className="json-key">{name}</span>}
        <span className="json-mark">{list ? '[ ]' : '{ }'}</span>
      </div>
    );
  }
  return (
    <details className="json-branch" open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={name === undefined ? 'json-mark' : 'json-key'}>{name ?? (list ? 'list' : 'object')}</span>
        <span className="json-mark">{summary}</span>
        {!isOpen && <span className="json-peek">{peek(value)}</span>}
      </summary>
      {isOpen && (
        <div className="json-children">
          {entries.slice(0, shown).map(([key, child]) => (
            <Branch key={key} name={key} value={child} depth={depth + 1} open={open} />
          ))}
          {entries.length > shown && (
            <Button look="quiet" size="small" onClick={() => setShown(shown + 200)}>
              {`Show more (${entries.length - shown} left)`}
            </Button>
          )}
        </div>
      )}
    </details>
  );
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <LongText text={value} quoted />;
  return <span className={`json-${value === null ? 'null' : typeof value}`}>{String(value)}</span>;
}

/** A text of any length: folded when long, whole on request. */
export function LongText({ text, quoted }: { text: string; quoted?: boolean }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > LONG || text.split('\n', 8).length > 6;
  const cut = long && !whole ? `${text.slice(0, LONG).split('\n').slice(0, 5).join('\n')}…` : text;
  return (
    <span className={quoted ? 'json-string' : 'long-text'}>
      {cut}
      {long && (
        <Button look="quiet" size="small" onClick={() => setWhole(!whole)}>
          {whole ? 'Fold' : `Show all ${text.length.toLocaleString('en')} characters`}
        </Button>
      )}
    </span>
  );
}

function peek(value: object): string {
  const text = Array.isArray(value)
    ? value.slice(0, 4).map(short).join(', ')
    : Object.entries(value)
        .slice(0, 4)
        .map(([key, item]) => `${key}: ${short(item)}`)
        .join(', ');
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}

function short(value: unknown): string {
  if (typeof value === 'string') return value.length > 24 ? `"${value.slice(0, 24)}…"` : `"${value}"`;
  if (Array.isArray(value)) return '[…]';
  return typeof value === 'object' && value !== null ? '{…}' : String(value);
}

/** Arguments as a person reads them: one row per name, long values folded. */
export function Arguments({ value }: { value: unknown }) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return <Json value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <p className="muted">No arguments.</p>;
  return (
    <dl className="arguments">
      {entries.map(([name, item]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {typeof item === 'string' ? (
              <LongText text={item} />
            ) : typeof item === 'object' && item !== null ? (
              <Json value={item} open={1} />
            ) : (
              <Scalar value={item} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
