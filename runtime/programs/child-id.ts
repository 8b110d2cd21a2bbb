import { createHash } from 'node:crypto';

const PREFIX = 'exec_'.length;
const TIME = 10;
const SHARED = 12;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The id of the execution that carries out a step: the same step of the same program always has the same, so that a crash can never make
 * two of one. It begins with the program's time, and the calls of a program sort by their steps.
 */
export function childId(parent: string, step: number): string {
  const shared = sharedOf(parent);
  let place = '';
  for (let n = step, i = 0; i < 4; i++, n = Math.floor(n / 32)) place = DIGITS[n % 32] + place;
  return shared + place;
}

let last: { parent: string; shared: string } | undefined;

function sharedOf(parent: string): string {
  if (last?.parent === parent) return last.shared;
  const bytes = createHash('sha256').update(parent).digest();
  const letters = Array.from({ length: SHARED }, (_, i) => DIGITS[bytes[i]! % 32]).join('');
  last = { parent, shared: parent.slice(0, PREFIX + TIME) + letters };
  return last.shared;
}
