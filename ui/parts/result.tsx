import { useMemo, useState } from 'react';
import { picturesOf, type Table, tableOf, textsOf } from '../results.ts';
import { Button } from './button.tsx';
import { Json, LongText } from './json.tsx';

const ROWS = 50;

/** A result of any shape: pictures as pictures, texts as texts, the texts of MCP tools as texts, lists of like things as a table, everything else as a tree. */
export function Result({ value }: { value: unknown }) {
  const pictures = useMemo(() => picturesOf(value), [value]);
  const table = useMemo(() => tableOf(value), [value]);
  const texts = useMemo(() => textsOf(value), [value]);
  const [view, setView] = useState<'best' | 'tree'>('best');
  if (value === undefined || value === null || value === '') return <p className="muted">It answered without content.</p>;
  if (typeof value === 'string') {
    return (
      <div className="text-result">
        <LongText text={value} />
      </div>
    );
  }
  const best = pictures.length > 0 ? 'Picture' : texts ? 'Text' : table ? 'Table' : undefined;
  return (
    <div className="result">
      {best && (
        <fieldset className="chips">
          <legend className="hidden">Shown as</legend>
          {(['best', 'tree'] as const).map(one => (
            <button key={one} type="button" className="chip" aria-pressed={view === one} onClick={() => setView(one)}>
              {one === 'best' ? best : 'Tree'}
            </button>
          ))}
        </fieldset>
      )}
      {view === 'best' &&
        pictures.map(({ type, base64 }) => (
          <img
            key={base64.slice(0, 64)}
            className="picture"
            src={`data:${type};base64,${base64.replace(/\s/g, '')}`}
            alt={`What the tool answered, ${type}`}
          />
        ))}
      {view === 'best' &&
        pictures.length === 0 &&
        texts?.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text of an answer is its place
          <div key={index} className="text-result">
            <LongText text={text} />
          </div>
        ))}
      {view === 'best' && pictures.length === 0 && !texts && table && <TableView table={table} />}
      {(view === 'tree' || !best) && <Json value={value} />}
    </div>
  );
}

function TableView({ table }: { table: Table }) {
  const [shown, setShown] = useState(ROWS);
  const { columns, rows, name } = table;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: a scrolling region must be reachable by keyboard */}
      <div className="table-frame" tabIndex={0} role="region" aria-label={name ?? 'Result'}>
        <table>
          <thead>
            <tr>
              {columns.map(column => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no identity but their place
              <tr key={index}>
                {columns.map(column => (
                  <td key={column} className={typeof row[column] === 'number' ? 'number' : undefined}>
                    {cell(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <Button size="small" onClick={() => setShown(shown + 200)}>
          {`Show more (${(rows.length - shown).toLocaleString('en')} left)`}
        </Button>
      )}
    </>
  );
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === 'object') return '{…}';
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
