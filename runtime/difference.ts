import type { Change } from '../machines/schema/call.ts';
import { canonical } from './canonical.ts';

/** More changes than this nobody reads. */
const MOST = 200;

/**
 * What an update changes of an object: each value it names that is another one now. What it does not name is not listed: servers say more
 * of an object than can be set.
 */
export function difference(current: unknown, proposed: Readonly<Record<string, unknown>>): Change[] {
  const changes: Change[] = [];
  compare(current, proposed, '', changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (changes.length >= MOST) return;
  if (isObject(before) && isObject(after)) {
    for (const [name, value] of Object.entries(after)) {
      const known = Object.hasOwn(before, name) ? before[name] : undefined;
      compare(known, value, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, changes);
    }
    return;
  }
  if (before !== undefined && canonical(before) === canonical(after)) return;
  changes.push({ path, ...(before !== undefined && { before }), after });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
