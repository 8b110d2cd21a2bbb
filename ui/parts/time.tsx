import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, 10_000);

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "3 min. ago", "in 2 days": correct within ten seconds, with the exact moment as its title. */
export function Ago({ at }: { at: string }) {
  const moment = useSyncExternalStore(subscribe, () => now);
  const then = Date.parse(at);
  const distance = then - Math.max(moment, then < Date.now() ? then : 0);
  return (
    <time dateTime={at} title={absolute.format(then)}>
      {inWords(distance)}
    </time>
  );
}

/** A moment of the day, to the second. */
export function Clock({ at }: { at: string }) {
  const then = Date.parse(at);
  return (
    <time dateTime={at} title={absolute.format(then)}>
      {clock.format(then)}
    </time>
  );
}

function inWords(distance: number): string {
  for (const [unit, length] of STEPS) {
    if (Math.abs(distance) >= length) return relative.format(Math.trunc(distance / length), unit);
  }
  return distance > 0 ? 'in under a minute' : 'just now';
}

/** How long it was from one moment to another. */
export const lasted = (from: string, to: string): string => span(Math.max(0, Date.parse(to) - Date.parse(from)));

/** A span of time, given in milliseconds: "38 ms", "1.4 s", "3 min 20 s". */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** The moment so many days from now, as the daemon takes it. */
export const inDays = (days: number | string): string => new Date(Date.now() + Number(days) * 86_400_000).toISOString();
