import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../parts/button.tsx';

interface View {
  x: number;
  y: number;
  scale: number;
}
const MOST = 2.5;
const LEAST = 0.2;

/** A drawing that can be moved and magnified: by dragging, the wheel, the arrow keys, `+`, `-` and `0`. */
export function Canvas({ width, height, label, children }: { width: number; height: number; label: string; children: ReactNode }) {
  const frame = useRef<HTMLElement>(null);
  const [view, setView] = useState<View>();
  const [held, setHeld] = useState(false);
  const touched = useRef(false);

  const fit = useCallback(() => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || width === 0) return;
    touched.current = false;
    const scale = Math.min(1.15, Math.max(LEAST, Math.min(box.width / width, box.height / height)));
    setView({ scale, x: (box.width - width * scale) / 2, y: Math.max(0, (box.height - height * scale) / 2) });
  }, [width, height]);
  useLayoutEffect(fit, [fit]);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(() => touched.current || fit());
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [fit]);

  const zoom = useCallback((factor: number, at?: { x: number; y: number }) => {
    const box = frame.current?.getBoundingClientRect();
    touched.current = true;
    setView(old => {
      if (!old || !box) return old;
      const scale = Math.min(MOST, Math.max(LEAST, old.scale * factor));
      const [x, y] = at ? [at.x - box.left, at.y - box.top] : [box.width / 2, box.height / 2];
      return { scale, x: x - ((x - old.x) * scale) / old.scale, y: y - ((y - old.y) * scale) / old.scale };
    });
  }, []);
  const move = useCallback((dx: number, dy: number) => {
    touched.current = true;
    setView(old => old && { ...old, x: old.x + dx, y: old.y + dy });
  }, []);

  // React listens to wheels passively, and a passive listener cannot keep the page from scrolling.
  useEffect(() => {
    const element = frame.current;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), { x: event.clientX, y: event.clientY });
      else move(-event.deltaX, -event.deltaY);
    };
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  }, [zoom, move]);

  return (
    <section
      ref={frame}
      className={`canvas${held ? ' held' : ''}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved with the arrow keys
      tabIndex={0}
      onPointerDown={event => {
        if (event.button !== 0 || (event.target as HTMLElement).closest('button, [role="button"]')) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(true);
      }}
      onPointerMove={event => held && move(event.movementX, event.movementY)}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
      onKeyDown={event => {
        if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
        const step = { ArrowLeft: [48, 0], ArrowRight: [-48, 0], ArrowUp: [0, 48], ArrowDown: [0, -48] }[event.key];
        if (step) move(step[0] ?? 0, step[1] ?? 0);
        else if (event.key === '+' || event.key === '=') zoom(1.25);
        else if (event.key === '-') zoom(0.8);
        else if (event.key === '0') fit();
        else return;
        event.preventDefault();
      }}
    >
      <svg className="drawing" aria-hidden="true" focusable="false">
        {view && <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>{children}</g>}
      </svg>
      <div className="canvas-tools">
        <Button look="quiet" size="small" icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <Button look="quiet" size="small" icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <Button look="quiet" size="small" icon="fit" label="Fit the chart" onClick={fit} />
      </div>
    </section>
  );
}
