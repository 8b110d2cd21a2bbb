/** A generator that gives the same choices for the same seed (mulberry32). */
export function createRandom(seed: number) {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    /** A whole number from 0 up to, and without, the limit. */
    below,
    chance: (share: number): boolean => next() < share,
    pick: <T>(choices: readonly T[]): T => choices[below(choices.length)]!,
    /** A generator of its own, so that what one part draws does not depend on how often another did. */
    fork: () => createRandom(below(2 ** 32)),
  };
}
export type Random = ReturnType<typeof createRandom>;
