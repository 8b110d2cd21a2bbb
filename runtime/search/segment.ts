import type { ToolHit } from '../../machines/schema/tool.ts';
import { layoutOf, NONE, sizesOf } from './pack.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The index of one source, opened: immutable, nothing of it is copied but its words. */
export interface Segment {
  readonly source: string;
  readonly revision: number;
  readonly size: number;
  /** The words of this source by their numbers in the vocabulary, ascending; `slots[n]` is the nth one's number in here. */
  readonly words: Uint32Array;
  readonly slots: Uint32Array;
  /** `offsets[slot]` is where the postings of a word begin. */
  readonly offsets: Uint32Array;
  readonly docs: Uint32Array;
  readonly weights: Uint8Array;
  readonly places: Uint8Array;
  /** How many telling words each tool has in its path and in its title: matching all of two beats matching two of nine. */
  readonly pathLength: Uint8Array;
  readonly titleLength: Uint8Array;
  /** The words a tool's name and title begin with, by their numbers in the vocabulary: mostly the verb. */
  readonly nameLead: Uint32Array;
  readonly titleLead: Uint32Array;
  /** 1 for tools that make something go away. */
  readonly deletes: Uint8Array;
  path(doc: number): string;
  hit(doc: number): ToolHit;
}

/** Opens a packed index; undefined for one that another version of the program packed. The bytes are the segment's from then on. */
export function openSegment(vocabulary: Vocabulary, source: string, revision: number, packed: Uint8Array): Segment | undefined {
  const aligned = packed.byteOffset % 4 === 0 ? packed : new Uint8Array(packed);
  const sizes = sizesOf(aligned);
  if (!sizes) return undefined;
  const { arrays } = layoutOf(sizes, aligned);
  const { hits, ends, words: texts, nameLead, titleLead, ...kept } = arrays;
  const ids = idsOf(vocabulary, texts, sizes.words);
  const slice = (doc: number): string => utf8(hits, doc === 0 ? 0 : ends[doc - 1]!, ends[doc]!);
  return {
    source,
    revision,
    size: sizes.tools,
    ...kept,
    ...sorted(ids),
    nameLead: nameLead.map(word => (word === NONE ? NONE : ids[word]!)),
    titleLead: titleLead.map(word => (word === NONE ? NONE : ids[word]!)),
    path: doc => {
      const text = slice(doc);
      return text.slice(2, text.indexOf('"', 2));
    },
    hit: doc => {
      const [path, description, effect, signature] = JSON.parse(slice(doc)) as [string, string, ToolHit['effect'], string];
      return { path, source: path.slice(0, path.indexOf('.')), description, effect, signature };
    },
  };
}

const utf8 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');

function idsOf(vocabulary: Vocabulary, texts: Uint8Array, count: number): Uint32Array {
  const ids = new Uint32Array(count);
  if (count > 0)
    utf8(texts, 0, texts.length)
      .split('\n')
      .forEach((word, n) => {
        ids[n] = vocabulary.add(word);
      });
  return ids;
}

const SLOTS = 2 ** 20;

/** Sorted natively: a number of the vocabulary and one of the segment make one number that a double holds exactly. */
function sorted(ids: Uint32Array): Pick<Segment, 'words' | 'slots'> {
  const pairs = Float64Array.from(ids, (id, slot) => id * SLOTS + slot).sort();
  return { words: Uint32Array.from(pairs, pair => Math.floor(pair / SLOTS)), slots: Uint32Array.from(pairs, pair => pair % SLOTS) };
}

/** Where the postings of a word begin and end in a segment; undefined when it has none. */
export function postingsOf({ words, slots, offsets }: Segment, word: number): [from: number, to: number] | undefined {
  let low = 0;
  for (let high = words.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (words[middle]! < word) low = middle + 1;
    else high = middle;
  }
  if (words[low] !== word) return undefined;
  const slot = slots[low]!;
  return [offsets[slot]!, offsets[slot + 1]!];
}

/** The first tool at or after a path, by number. */
export function seek(segment: Segment, path: string): number {
  let low = 0;
  for (let high = segment.size; low < high; ) {
    const middle = (low + high) >> 1;
    if (segment.path(middle) < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
