import { useEffect, useRef } from 'react';

/** At most this often is what the daemon counts asked for again, however much happens. */
const CALM = 800;

/** Calls `again` when `mark` has changed; soon, but not more often than a person can follow. */
export function useCalmly(mark: unknown, again: () => void): void {
  const last = useRef(performance.now());
  const seen = useRef(mark);
  useEffect(() => {
    if (mark === seen.current) return;
    const timer = setTimeout(
      () => {
        seen.current = mark;
        last.current = performance.now();
        again();
      },
      Math.max(60, CALM - (performance.now() - last.current)),
    );
    return () => clearTimeout(timer);
  }, [mark, again]);
}
