import { isStop, split, stem } from './words.ts';

/** Reads the texts of one tool after the other into numbered words with what they weigh and where they stand. */
export interface Reader {
  /** Adds a text to the tool under way; gives its telling words, each once, in order. */
  put(text: string, weight: number, place: number): readonly number[];
  /** Ends the tool: each of its words with its packed weight and places. */
  take(each: (word: number, packed: number) => void): void;
}

const STOPPED = -1;

/**
 * A catalog says few words very often. So a raw word is looked up once, stem and all, and what is known of a tool lies in lists by
 * word number that are used again for the next: nothing is made for a tool but what is kept of it.
 */
export function createReader(vocabulary: { add(word: string): number }): Reader {
  const numbers = new Map<string, number>();
  /** By word number: the text in which it was last seen, and what it weighs in the tool under way. */
  const seen: number[] = [];
  const packed: number[] = [];
  let touched: number[] = [];
  let text = 0;

  function numberOf(word: string): number {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    const number = isStop(word) ? STOPPED : vocabulary.add(stem(word));
    numbers.set(word, number);
    return number;
  }

  return {
    put(source, weight, place) {
      text++;
      const words: number[] = [];
      const raw = split(source);
      const add = (number: number): void => {
        if (seen[number] === text) return;
        seen[number] = text;
        words.push(number);
        const before = packed[number] ?? 0;
        if (before === 0) touched.push(number);
        packed[number] = (Math.min((before >> 4) + weight, 255) << 4) | (before & 15) | place;
      };
      for (const word of raw) {
        const number = numberOf(word);
        if (number !== STOPPED) add(number);
      }
      // A text of nothing but small words is told apart by them.
      if (words.length === 0) for (const word of raw) add(vocabulary.add(stem(word)));
      return words;
    },
    take(each) {
      for (const word of touched) {
        each(word, packed[word]!);
        packed[word] = 0;
      }
      touched = [];
    },
  };
}
