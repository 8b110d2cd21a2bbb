import type { Segment } from './segment.ts';

/** Which sources have a word: what a query is about is in few of thousands, and the others are not looked at. */
export interface Holders {
  /** The places in the list of the sources that have one of the words, ascending. */
  of(words: Iterable<number>): Generator<number>;
}

/** @param words how many words there are in the vocabulary of all segments */
export function createHolders(segments: readonly Segment[], words: number): Holders {
  const ends = new Uint32Array(words + 1);
  for (const segment of segments) for (const word of segment.words) ends[word + 1]! += 1;
  for (let word = 0; word < words; word++) ends[word + 1]! += ends[word]!;
  const places = new Uint32Array(ends[words]!);
  const next = ends.slice();
  segments.forEach((segment, at) => {
    for (const word of segment.words) places[next[word]!++] = at;
  });
  const marks = new Uint8Array(segments.length);

  return {
    *of(wanted) {
      marks.fill(0);
      for (const word of wanted) {
        // One that came into the vocabulary later is in none of these.
        if (word >= words) continue;
        for (let at = ends[word]!; at < ends[word + 1]!; at++) marks[places[at]!] = 1;
      }
      for (let at = 0; at < marks.length; at++) if (marks[at] === 1) yield at;
    },
  };
}
