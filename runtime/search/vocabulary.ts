import { distance } from '../schema/near.ts';

/** All words of all sources, numbered, with the ways to find a word that was not typed quite right. */
export interface Vocabulary {
  /** The number of a word, new ones included. */
  add(word: string): number;
  find(word: string): number | undefined;
  word(id: number): string;
  /** Words that begin so, the shortest first, at most `most`. */
  prefixed(prefix: string, most: number): number[];
  /** Words one or two slips away. */
  misspelt(word: string, most: number): { id: number; distance: number }[];
  readonly size: number;
}

export function createVocabulary(): Vocabulary {
  const ids = new Map<string, number>();
  const words: string[] = [];
  /** Which letters each word has, one bit a letter: most words are told apart without looking at them. */
  let letters = new Uint32Array(1024);
  let sorted: number[] = [];
  const slips = new Map<string, { id: number; distance: number }[]>();

  function order(): number[] {
    if (sorted.length !== words.length) {
      const fresh = Array.from({ length: words.length - sorted.length }, (_, n) => sorted.length + n);
      sorted = [...sorted, ...fresh].sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
    }
    return sorted;
  }

  return {
    get size() {
      return words.length;
    },
    find: word => ids.get(word),
    word: id => words[id]!,
    add(word) {
      const known = ids.get(word);
      if (known !== undefined) return known;
      const id = words.push(word) - 1;
      ids.set(word, id);
      if (id >= letters.length) {
        const grown = new Uint32Array(letters.length * 2);
        grown.set(letters);
        letters = grown;
      }
      letters[id] = lettersOf(word);
      slips.clear();
      return id;
    },
    prefixed(prefix, most) {
      const all = order();
      let low = 0;
      for (let high = all.length; low < high; ) {
        const middle = (low + high) >> 1;
        if (words[all[middle]!]! < prefix) low = middle + 1;
        else high = middle;
      }
      const found: number[] = [];
      for (; low < all.length && words[all[low]!]!.startsWith(prefix) && found.length < 200; low++) found.push(all[low]!);
      return found.sort((a, b) => words[a]!.length - words[b]!.length).slice(0, most);
    },
    misspelt(word, most) {
      const known = slips.get(word);
      if (known) return known;
      const allowed = word.length > 7 ? 2 : 1;
      const wanted = lettersOf(word);
      const found: { id: number; distance: number }[] = [];
      for (let id = 0; id < words.length; id++) {
        if (bits(letters[id]! ^ wanted) > 2 * allowed) continue;
        const candidate = words[id]!;
        if (Math.abs(candidate.length - word.length) > allowed || candidate[0] !== word[0]) continue;
        const far = distance(word, candidate, allowed);
        if (far > 0 && far <= allowed) found.push({ id, distance: far });
      }
      const result = found.sort((a, b) => a.distance - b.distance).slice(0, most);
      if (slips.size > 1_000) slips.clear();
      slips.set(word, result);
      return result;
    },
  };
}

function lettersOf(word: string): number {
  let mask = 0;
  for (let at = 0; at < word.length; at++) mask |= 1 << (word.charCodeAt(at) & 31);
  return mask >>> 0;
}

function bits(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
