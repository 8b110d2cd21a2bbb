import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Of so many rows that come in at once above what is read, it stays where it is. */
const FAR = 500;

/**
 * Keeps what is read in its place while rows come in above it, once the list's beginning is out of sight. The browser does not: a list of
 * which only a part exists changes its own measures with each row.
 */
export function useAnchored(
  list: RefObject<HTMLElement | null>,
  rowHeight: number,
  count: number,
  keyOf: ((index: number) => string | undefined) | undefined,
): void {
  const held = useRef<{ key: string; index: number }>(undefined);
  useLayoutEffect(() => {
    if (!keyOf) return;
    const top = list.current?.getBoundingClientRect().top ?? 0;
    const first = Math.floor(-top / rowHeight);
    const before = held.current;
    const moved = before && first >= 0 ? movedBy(before, count, keyOf) : 0;
    if (moved > 0) window.scrollBy(0, moved * rowHeight);
    const key = first < 0 ? undefined : keyOf(first + moved);
    held.current = key === undefined ? undefined : { key, index: first + moved };
  });
}

function movedBy({ key, index }: { key: string; index: number }, count: number, keyOf: (index: number) => string | undefined): number {
  for (let at = index; at < Math.min(count, index + FAR); at++) if (keyOf(at) === key) return at - index;
  return 0;
}
