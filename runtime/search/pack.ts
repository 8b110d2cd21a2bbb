import type { ToolHit } from '../../machines/schema/tool.ts';
import { createReader, type Reader } from './reader.ts';
import { DELETING } from './words.ts';

/** A hit and what search knows of it besides: lines of title, tags and address, argument names, description. */
export type SearchHit = ToolHit & { readonly keywords: string };

/** Where a word stands in a tool. The bits are kept with each posting. */
export const IN_NAME = 1;
export const IN_GROUP = 2;
export const IN_TITLE = 4;
export const IN_REST = 8;

/**
 * The version of what is packed: the layout below, and how texts become words. A change of either needs another number, so that what an
 * older build packed is packed again.
 */
export const PACKED = 1;

/** What a word weighs by where it stands; lines of keywords are title, tags and address, arguments, description. */
const WEIGHT = { name: 60, group: 40, title: 40, tags: 12, arguments: 6, description: 4, source: 10 };

/** No word: a tool whose name has none. */
export const NONE = 0xffffffff;

/** Fills the index of one source, tool after tool; `finish` gives it as bytes, to be stored and opened. */
export interface Packer {
  add(hit: SearchHit): void;
  finish(): Uint8Array;
}

/**
 * The index of one source as one block of bytes that is used as it lies there: a head of numbers, then typed arrays, then texts.
 *
 * Why not a library: MiniSearch keeps an object for each posting; at 125,000 tools that is several hundred megabytes and seconds of
 * building at each start, where this is six bytes a posting and nothing to build. `bench/search.ts` has the figures.
 */
export function createPacker(): Packer {
  const words = createWords();
  const reader = createReader(words);
  const tools: { readonly path: string; readonly text: Buffer; readonly lengths: readonly [number, number, number] }[] = [];
  const leads: (readonly [number, number])[] = [];
  /** By word: the tools it is in, by number of arrival, each with its packed weight and places. */
  const postings: number[][] = [];
  let count = 0;
  return {
    add(hit) {
      const { inPath, inTitle, leads: lead } = readHit(reader, hit);
      const deletes = hit.effect === 'destructive' || lead.some(word => word !== NONE && isDeleting(words.list[word]!));
      reader.take((word, packed) => {
        postings[word] ??= [];
        postings[word].push(tools.length, packed);
        count++;
      });
      const { path, description, effect, signature } = hit;
      const text = Buffer.from(JSON.stringify([path, description, effect, signature]));
      tools.push({ path, text, lengths: [Math.min(inPath, 255), Math.min(inTitle, 255), deletes ? 1 : 0] });
      leads.push(lead);
    },
    finish() {
      // Tools are numbered in the order of their paths: enumeration is counting.
      const order = tools.map((_, at) => at).sort((a, b) => (tools[a]!.path < tools[b]!.path ? -1 : 1));
      const rank = new Uint32Array(order.length);
      order.forEach((at, doc) => {
        rank[at] = doc;
      });
      const texts = Buffer.from(words.list.join('\n'));
      const layout = layoutOf({
        tools: tools.length,
        words: words.list.length,
        postings: count,
        wordBytes: texts.length,
        hitBytes: tools.reduce((sum, { text }) => sum + text.length, 0),
      });
      const { arrays, bytes } = layout;
      let at = 0;
      postings.forEach((list, word) => {
        for (let p = 0; p < list.length; p += 2, at++) {
          arrays.docs[at] = rank[list[p]!]!;
          arrays.weights[at] = list[p + 1]! >> 4;
          arrays.places[at] = list[p + 1]! & 15;
        }
        arrays.offsets[word + 1] = at;
      });
      let end = 0;
      order.forEach((from, doc) => {
        const { text, lengths } = tools[from]!;
        [arrays.nameLead[doc], arrays.titleLead[doc]] = leads[from]!;
        [arrays.pathLength[doc], arrays.titleLength[doc], arrays.deletes[doc]] = lengths;
        arrays.hits.set(text, end);
        end += text.length;
        arrays.ends[doc] = end;
      });
      arrays.words.set(texts);
      return bytes;
    },
  };
}

/** How much of everything there is: the head of a packed index. */
export interface Sizes {
  readonly tools: number;
  readonly words: number;
  readonly postings: number;
  readonly wordBytes: number;
  readonly hitBytes: number;
}

const HEAD = 6;

/** Room for an index of these sizes, or the arrays of one that is there. Bytes must begin at a multiple of four in their buffer. */
export function layoutOf(sizes: Sizes, given?: Uint8Array) {
  const { tools, words, postings, wordBytes, hitBytes } = sizes;
  const numbers = HEAD + words + 1 + postings + 3 * tools;
  const total = 4 * numbers + 2 * postings + 3 * tools + wordBytes + hitBytes;
  const bytes = given ?? new Uint8Array(total);
  let end = bytes.byteOffset;
  const take = (size: number): number => {
    end += size;
    return end - size;
  };
  const long = (length: number): Uint32Array => new Uint32Array(bytes.buffer, take(4 * length), length);
  const short = (length: number): Uint8Array => new Uint8Array(bytes.buffer, take(length), length);
  const head = long(HEAD);
  head.set([PACKED, tools, words, postings, wordBytes, hitBytes]);
  const arrays = {
    /** Where the postings of a word begin; the next word's begin where they end. */
    offsets: long(words + 1),
    docs: long(postings),
    nameLead: long(tools),
    titleLead: long(tools),
    ends: long(tools),
    weights: short(postings),
    places: short(postings),
    pathLength: short(tools),
    titleLength: short(tools),
    deletes: short(tools),
    words: short(wordBytes),
    hits: short(hitBytes),
  };
  return { bytes, arrays, total };
}

/** The head of a packed index; undefined for one that another version packed, or that is not whole. */
export function sizesOf(bytes: Uint8Array): Sizes | undefined {
  if (bytes.length < 4 * HEAD) return undefined;
  const [version, tools, words, postings, wordBytes, hitBytes] = new Uint32Array(bytes.buffer, bytes.byteOffset, HEAD) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const total = 4 * (HEAD + words + 1 + postings + 3 * tools) + 2 * postings + 3 * tools + wordBytes + hitBytes;
  return version === PACKED && total === bytes.length ? { tools, words, postings, wordBytes, hitBytes } : undefined;
}

/** A packed index is stored in pieces of this size: one write of several megabytes would hold the others up. */
const PIECE_BYTES = 256 * 1024;

/** A packed index cut into what is stored under one key each. */
export function piecesOf(packed: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += PIECE_BYTES) pieces.push(packed.slice(at, at + PIECE_BYTES));
  return pieces;
}

/** Words numbered as they come. */
function createWords() {
  const ids = new Map<string, number>();
  const list: string[] = [];
  return {
    list,
    add(word: string): number {
      const known = ids.get(word);
      if (known !== undefined) return known;
      ids.set(word, list.length);
      return list.push(word) - 1;
    },
  };
}

interface Words {
  readonly inPath: number;
  readonly inTitle: number;
  readonly leads: readonly [number, number];
}

/** Also "unpin", "unlock"; "update" and "user" begin otherwise. */
const isDeleting = (word: string): boolean => DELETING.has(word) || /^un(?!i|d|t)/.test(word);

function readHit({ put }: Reader, hit: SearchHit): Words {
  const [source = '', ...segments] = hit.path.split('.');
  const name = segments.pop() ?? '';
  const [title = '', tags = '', parameters = '', description = ''] = hit.keywords.split('\n');
  const inName = put(name, WEIGHT.name, IN_NAME);
  const inGroup = put(segments.join(' '), WEIGHT.group, IN_GROUP);
  const inTitle = put(title || hit.description, WEIGHT.title, IN_TITLE);
  put(tags, WEIGHT.tags, IN_REST);
  put(parameters, WEIGHT.arguments, IN_REST);
  put(description || hit.description, WEIGHT.description, IN_REST);
  put(source, WEIGHT.source, IN_REST);
  const [nameLead = NONE] = inName;
  const [titleLead = nameLead] = inTitle;
  return { inPath: inName.length + inGroup.length, inTitle: inTitle.length, leads: [nameLead, titleLead] };
}
