import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useAnchored } from './anchored.ts';

interface WindowedProps {
  count: number;
  rowHeight: number;
  label: string;
  render: (index: number) => ReactNode;
  /** What a row is known by: where rows come in above others, those move as they are instead of each being written anew. */
  keyOf?: (index: number) => string | undefined;
  /** Told the last row in view, so that more can be fetched before it is seen. */
  onReach?: (last: number) => void;
  /** Told which rows are in view. */
  onRange?: (from: number, to: number) => void;
}

const AHEAD = 12;

/** A list of rows of one height, scrolled with the page; only those near the view exist. Arrow keys go from row to row. */
export function Windowed({ count, rowHeight, label, render, keyOf, onReach, onRange }: WindowedProps) {
  const list = useRef<HTMLUListElement>(null);
  const [range, setRange] = useState({ from: 0, to: 30 });

  useLayoutEffect(() => {
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / rowHeight) - AHEAD);
      const to = Math.ceil((window.innerHeight - top) / rowHeight) + AHEAD;
      setRange(old => (old.from === from && old.to === to ? old : { from, to }));
    };
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, [rowHeight]);

  useAnchored(list, rowHeight, count, keyOf);

  const to = Math.min(count, range.to);
  useEffect(() => onReach?.(to), [onReach, to]);
  useEffect(() => onRange?.(range.from, to), [onRange, range.from, to]);

  const rows: ReactNode[] = [];
  for (let index = range.from; index < to; index++) {
    rows.push(
      <li key={keyOf?.(index) ?? index} data-row={index} aria-setsize={count} aria-posinset={index + 1} style={{ height: rowHeight }}>
        {render(index)}
      </li>,
    );
  }
  return (
    <ul
      className="windowed"
      ref={list}
      aria-label={label}
      style={{ height: count * rowHeight, paddingTop: Math.min(range.from, count) * rowHeight }}
      onKeyDown={event => {
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
        if (step === 0 || !row) return;
        const next = list.current?.querySelector<HTMLElement>(`[data-row="${Number(row.dataset.row) + step}"] :is(a, [data-focus])`);
        if (!next) return;
        event.preventDefault();
        next.focus();
        next.scrollIntoView({ block: 'nearest' });
      }}
    >
      {rows}
    </ul>
  );
}
