import type { Tally } from '../../machines/schema/program.ts';

/** So many of a program's calls are shown with it. */
const FIRST = 20;

/** Counts a program's calls while it runs. */
export function createTally(known: Tally) {
  const asked = new Set(known.asked);
  const first = [...known.first];
  let { total } = known;
  return {
    /** A call was made. */
    add(step: number): void {
      total += 1;
      if (first.length < FIRST) first.push(step);
    },
    /** A call has a question for a person, or had. */
    ask: (step: number): void => void asked.add(step),
    get: (): Tally => ({ total, first: [...first], asked: [...asked] }),
  };
}
