import { useState } from 'react';
import type { ExecutionView, LogEntry } from '../../machines/schema/execution.ts';
import { type Tone, toneOf } from '../states.ts';
import { Json } from './json.tsx';
import { Clock, lasted } from './time.tsx';

const REACHED: Record<string, string> = {
  resolving: 'Received',
  judging: 'Tool found, policy asked',
  awaitingApproval: 'Waits for approval',
  authenticating: 'Waits for a login',
  running: 'Request leaves',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  denied: 'Denied',
  cancelled: 'Cancelled',
};
const ANSWERED: Record<string, string> = {
  accept: 'Approved',
  decline: 'Declined',
  run_again: 'Told to run again',
  happened: 'Told that it happened',
  give_up: 'Given up',
  cancel: 'Cancelled',
};

/** The event log as it is on disk: each event, the state it led to, and the time between. */
export function Timeline({ entries, view }: { entries: readonly LogEntry[]; view: ExecutionView }) {
  if (entries.length === 0) return <p className="muted">No events are recorded.</p>;
  return (
    <ol className="timeline">
      {entries.map((entry, index) => (
        <Step key={entry.seq} entry={entry} before={entries[index - 1]} view={view} />
      ))}
    </ol>
  );
}

function Step({ entry, before, view }: { entry: LogEntry; before: LogEntry | undefined; view: ExecutionView }) {
  const [open, setOpen] = useState(false);
  const { title, aside, tone } = describe(entry, view);
  const { type } = asEvent(entry.event);
  return (
    <li className={`step ${tone}`}>
      <span className="step-dot" aria-hidden="true" />
      <div className="step-head">
        <strong>{title}</strong>
        <span className="step-time">{before ? `+${lasted(before.at, entry.at)}` : <Clock at={entry.at} />}</span>
      </div>
      {aside && <p className="step-text">{aside}</p>}
      <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>
          <code>{type}</code>
        </summary>
        {open && <Json value={entry.event} open={3} />}
      </details>
    </li>
  );
}

interface LogEvent {
  type: string;
  action?: string;
  by?: string;
  note?: string;
}

function asEvent(event: unknown): LogEvent {
  return typeof event === 'object' && event !== null && 'type' in event ? (event as LogEvent) : { type: String(event) };
}

function describe(entry: LogEntry, view: ExecutionView): { title: string; aside?: string; tone: Tone } {
  const event = asEvent(entry.event);
  const tone = toneOf(entry.state);
  if (event.type === 'answer' || event.type === 'cancel') {
    const verb = event.type === 'cancel' ? 'Cancelled' : (ANSWERED[event.action ?? ''] ?? 'Answered');
    const yes = event.action === 'accept' || event.action === 'happened';
    return {
      title: `${verb}${event.by ? ` by ${event.by}` : ''}`,
      ...(event.note && { aside: `“${event.note}”` }),
      tone: yes ? 'done' : tone,
    };
  }
  if (event.type === 'expire') return { title: 'Nobody answered in time', tone };
  if (event.type === 'xstate.init') return { title: `Asked by ${view.principal}${view.client ? ` via ${view.client}` : ''}`, tone };
  if (entry.state === 'paused' && view.interactions.some(one => one.kind === 'unknown_outcome'))
    return { title: 'Paused: the outcome is unknown', tone: 'unknown' };
  if (view.kind === 'program' && entry.state === 'running') return { title: 'Goes on', tone };
  return { title: REACHED[entry.state] ?? entry.state, tone };
}
