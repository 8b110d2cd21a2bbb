import { useEffect, useRef, useState } from 'react';
import { Json } from '../parts/json.tsx';
import { Clock, lasted } from '../parts/time.tsx';
import { toneOf } from '../states.ts';
import type { Step } from './replay.ts';
import { eventWord, stateWord } from './words.ts';

interface EventsProps {
  steps: readonly Step[];
  index: number;
  compared: number | undefined;
  onStep: (index: number) => void;
  onCompare: (index: number | undefined) => void;
}

/** The event log as it is on disk; a click goes to the step, with Shift it is compared with the one in view. */
export function Events({ steps, index, compared, onStep, onCompare }: EventsProps) {
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step has come into view
  useEffect(() => {
    const row = list.current?.querySelector<HTMLElement>('[aria-current]');
    const box = list.current;
    if (!row || !box) return;
    if (row.offsetTop < box.scrollTop || row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }, [index]);
  return (
    <>
      <ol className="events" ref={list}>
        {steps.map((step, at) => (
          <li key={step.seq} className={`event ${toneOf(step.state)}${at === compared ? ' compared' : ''}${at > index ? ' ahead' : ''}`}>
            <button
              type="button"
              className="event-button"
              aria-current={at === index ? 'step' : undefined}
              onClick={event => (event.shiftKey ? onCompare(at === index ? undefined : at) : onStep(at))}
            >
              <span className="event-seq">{at + 1}</span>
              <span className="step-dot" aria-hidden="true" />
              <span className="event-words">
                <strong>{eventWord(step.event.type)}</strong>
                <span className="event-state">{stateWord(step.state)}</span>
              </span>
              <span className="step-time">{at > 0 ? `+${lasted(steps[at - 1]?.at ?? step.at, step.at)}` : <Clock at={step.at} />}</span>
            </button>
          </li>
        ))}
      </ol>
      {steps[index] && <Payload step={steps[index]} />}
    </>
  );
}

function Payload({ step }: { step: Step }) {
  const [open, setOpen] = useState(true);
  return (
    <details className="fold payload" open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{step.event.type}</code>
      </summary>
      <Json value={step.event} open={2} />
    </details>
  );
}
