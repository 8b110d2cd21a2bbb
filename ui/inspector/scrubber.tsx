import { useEffect, useLayoutEffect, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { Clock, lasted } from '../parts/time.tsx';
import { toneOf } from '../states.ts';
import type { Step } from './replay.ts';
import { eventWord } from './words.ts';

const PACE = 900;

interface ScrubberProps {
  steps: readonly Step[];
  index: number;
  /** The step compared with, if any. */
  compared: number | undefined;
  /** True while it follows what happens. */
  live: boolean;
  onStep: (index: number) => void;
}

/** Goes back and forth through recorded events: by dragging, with the arrow keys, step by step, or by itself. */
export function Scrubber({ steps, index, compared, live, onStep }: ScrubberProps) {
  const [playing, setPlaying] = useState(false);
  const last = steps.length - 1;
  useEffect(() => {
    if (!playing) return;
    if (index >= last) return setPlaying(false);
    const timer = setTimeout(() => onStep(index + 1), PACE);
    return () => clearTimeout(timer);
  }, [playing, index, last, onStep]);
  useStepKeys(index, last, onStep, () => setPlaying(on => !on));
  const step = steps[index];
  const before = steps[index - 1];
  const play = () => {
    if (!playing && index >= last) onStep(0);
    setPlaying(!playing);
  };
  return (
    <div className="scrubber">
      <div className="scrubber-buttons">
        <Button
          look="quiet"
          size="small"
          icon="first"
          label="First step"
          reason={index === 0 ? 'This is the first step.' : undefined}
          onClick={() => onStep(0)}
        />
        <Button
          look="quiet"
          size="small"
          icon="previous"
          label="Step back"
          reason={index === 0 ? 'This is the first step.' : undefined}
          onClick={() => onStep(index - 1)}
        />
        <Button look="quiet" size="small" icon={playing ? 'pause' : 'play'} label={playing ? 'Pause' : 'Play'} onClick={play} />
        <Button
          look="quiet"
          size="small"
          icon="next"
          label="Step forward"
          reason={index >= last ? 'This is the last step.' : undefined}
          onClick={() => onStep(index + 1)}
        />
        <Button
          look="quiet"
          size="small"
          icon="last"
          label="Newest step"
          reason={live ? 'It follows what happens.' : undefined}
          onClick={() => onStep(last)}
        />
      </div>
      <div className="track">
        <div className="ticks" aria-hidden="true">
          {steps.map((one, at) => (
            <span
              key={one.seq}
              className={`tick ${toneOf(one.state)}${at <= index ? ' passed' : ''}${at === index ? ' here' : ''}${at === compared ? ' compared' : ''}`}
              style={{ left: `${last === 0 ? 50 : (at / last) * 100}%` }}
            />
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={Math.max(0, last)}
          step={1}
          value={index}
          aria-label="Step"
          aria-valuetext={step ? `Step ${index + 1} of ${steps.length}: ${eventWord(step.event.type)}, ${step.state}` : ''}
          onChange={event => onStep(Number(event.target.value))}
        />
      </div>
      {step && (
        <p className="scrubber-say">
          <strong>
            {index + 1}
            <span className="muted"> / {steps.length}</span>
          </strong>
          <span>
            <Clock at={step.at} />
            {before && <span className="muted"> +{lasted(before.at, step.at)}</span>}
          </span>
        </p>
      )}
    </div>
  );
}

/** Left and right step, Home and End jump, Space plays, wherever nothing else takes the keys. */
function useStepKeys(index: number, last: number, onStep: (index: number) => void, onPlay: () => void): void {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const busy =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, dialog, button, a, summary, .canvas, [role="tablist"]');
      if (busy || event.metaKey || event.ctrlKey || event.altKey) return;
      const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last }[event.key];
      if (to !== undefined) onStep(Math.max(0, Math.min(last, to)));
      else if (event.key === ' ') onPlay();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
