import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

const POOL = 4096;

/** Random fractions out of a pool: asking the system for each character of an id costs more than the id. */
function pooled(): () => number {
  const bytes = Buffer.allocUnsafe(POOL);
  let at = POOL;
  return () => {
    if (at === POOL) {
      randomFillSync(bytes);
      at = 0;
    }
    return bytes[at++]! / 256;
  };
}

type Prefix = 'exec' | 'blob' | 'doc' | 'held' | 'pol' | 'tok';

const random = pooled();
const factories = new Map<Prefix, ReturnType<typeof monotonicFactory>>();

/** One for each kind of id: their times need not agree. */
function factoryOf(prefix: Prefix) {
  const known = factories.get(prefix) ?? monotonicFactory(random);
  factories.set(prefix, known);
  return known;
}

/**
 * A new id: a prefix, then the time and enough randomness that no id is ever made twice. Ids sort in the order they were made.
 * @param at the time it carries, in milliseconds
 */
export const newId = (prefix: Prefix, at: number = Date.now()): string => `${prefix}_${factoryOf(prefix)(at).toLowerCase()}`;
