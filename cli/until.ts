import { UsageError } from './failure.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const;

/**
 * A time to come, as ISO: given as one, or as a span from now like 30m, 12h, 7d.
 * @throws UsageError for anything else
 */
export function timeOf(text: string, now = Date.now()): string {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : now + Number(count) * UNITS[unit as keyof typeof UNITS];
  if (Number.isNaN(time)) throw new UsageError(`${JSON.stringify(text)} is no time`, 'Write it like 12h, 7d or 2026-12-31T12:00:00Z.');
  return new Date(time).toISOString();
}
