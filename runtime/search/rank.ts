import { IN_GROUP, IN_NAME, IN_TITLE } from './pack.ts';
import { postingsOf, type Segment } from './segment.ts';
import type { Vocabulary } from './vocabulary.ts';
import { alikeMisspelt, DELETING, isMade, synonymsOf, tokens, VAGUE } from './words.ts';

/** A word of the query with all the words it may stand for, and how surely. */
interface Meaning {
  readonly words: readonly { readonly id: number; readonly factor: number }[];
  /** Adds where it is there, and is not missed where it is not. */
  readonly extra: boolean;
  /** How telling it is: rare words tell more. One for all its words, so that a rare synonym is no better than the word itself. */
  readonly rarity: number;
  /** Whether it brings tools in. The words of nearly every tool only order those that rarer words have brought in. */
  readonly opens: boolean;
}

/** What a query asks for: the rarest words first. */
export interface Asked {
  readonly meanings: readonly Meaning[];
  /** What the query begins with: mostly the verb. */
  readonly lead: Meaning | undefined;
  readonly deletes: boolean;
}

/** A word in more than this share of all tools, and of more than so many, is common. */
const COMMON = 0.03;
const FEW = 1_500;

const SYNONYM = 0.75;
const PREFIX = 0.6;
const TYPO = 0.7;

const typo = (distance: number): number => (distance === 1 ? TYPO : TYPO - 0.2);

/** What the words of a query may mean: themselves; what is called otherwise; what begins so; what is spelt nearly so. */
export function understand(vocabulary: Vocabulary, query: string, statistics: Statistics): Asked {
  const all = [...new Set(tokens(query))].slice(0, 12);
  const words = all.filter((word, at) => at === 0 || all.length < 3 || !VAGUE.has(word) || synonymsOf(word, false).size > 0);
  const meanings = words.map((_, at) => meaning(wordsFor(vocabulary, words, at), statistics, false));
  if (words.length > 1 && isMade(words[0]!)) {
    const making = ['creat', 'add', 'post', 'submit'].flatMap(word => vocabulary.find(word) ?? []);
    meanings.push(meaning(new Map(making.map(id => [id, 1])), statistics, true));
  }
  const [lead] = meanings;
  meanings.sort((a, b) => Number(a.extra) - Number(b.extra) || b.rarity - a.rarity);
  if (meanings[0]) meanings[0] = { ...meanings[0], opens: true };
  return { meanings, lead, deletes: words.some(word => DELETING.has(word) || word.startsWith('un')) };
}

/** The words of which a source must have one to have anything to find. */
export function* openingWords({ meanings }: Asked): Generator<number> {
  for (const { opens, words } of meanings) if (opens) for (const { id } of words) yield id;
}

function wordsFor(vocabulary: Vocabulary, words: readonly string[], at: number): Map<number, number> {
  const word = words[at]!;
  const found = new Map<number, number>();
  const put = (id: number | undefined, factor: number): void => {
    if (id !== undefined) found.set(id, Math.max(found.get(id) ?? 0, factor));
  };
  const exact = vocabulary.find(word);
  put(exact, 1);
  for (const other of synonymsOf(word, at === 0)) put(vocabulary.find(other), SYNONYM);
  // "web hook" is webhook.
  if (words[at - 1] !== undefined) put(vocabulary.find(words[at - 1]! + word), 0.8);
  if (words[at + 1] !== undefined) put(vocabulary.find(word + words[at + 1]!), 0.8);
  const known = exact !== undefined;
  const last = at === words.length - 1;
  if (word.length > 4 || (word.length > 2 && (!known || last))) for (const id of vocabulary.prefixed(word, known ? 3 : 12)) put(id, PREFIX);
  if (!known && word.length > 3) {
    for (const { id, distance } of vocabulary.misspelt(word, 8)) put(id, typo(distance));
    for (const { word: meant, distance } of alikeMisspelt(word)) put(vocabulary.find(meant), typo(distance));
  }
  return found;
}

function meaning(found: ReadonlyMap<number, number>, statistics: Statistics, extra: boolean): Meaning {
  const words = [...found].map(([id, factor]) => ({ id, factor }));
  const often = words.reduce((sum, { id, factor }) => sum + factor * statistics.frequency(id), 0);
  const rarity = Math.log(1 + statistics.total / (1 + often));
  return { words, extra, rarity: extra ? rarity / 2 : rarity, opens: !extra && often < Math.max(COMMON * statistics.total, FEW) };
}

/** How rare words are over all sources, and how many tools there are. */
export interface Statistics {
  readonly total: number;
  frequency(word: number): number;
}

/** Scratch space that grows to the largest source and is used again. */
export class Scratch {
  total = new Float32Array(1024);
  now = new Float32Array(1024);
  places = new Uint16Array(1024);
  path = new Float32Array(1024);
  title = new Float32Array(1024);
  matched = new Float32Array(1024);
  touched = new Uint32Array(1024);
  seen = new Uint32Array(1024);

  reserve(size: number): void {
    if (this.total.length >= size) return;
    const room = Math.max(size, this.total.length * 2);
    this.total = new Float32Array(room);
    this.now = new Float32Array(room);
    this.places = new Uint16Array(room);
    this.path = new Float32Array(room);
    this.title = new Float32Array(room);
    this.matched = new Float32Array(room);
    this.touched = new Uint32Array(room);
    this.seen = new Uint32Array(room);
  }
}

/** Who takes the scored tools. */
export interface Taking {
  /** What a tool must score at least to be of any interest: the others need not be scored to the end. */
  floor(): number;
  emit(doc: number, score: number): void;
}

/** What covering all of its path and title, and beginning with the verb asked for, makes of a tool's score; and a hair, for rounding. */
const AT_BEST = (1 + 0.6 + 0.9) * (1 + 0.25) * (1 + 1e-9);

/**
 * Scores the tools of one source. Each word of the query counts once, by the best of its meanings; a tool then gains by how much of its
 * path and of its title the query covers, by how much of the query it has where it matters, and by beginning with the verb asked for.
 */
export function score(segment: Segment, { meanings, lead, deletes }: Asked, scratch: Scratch, { floor, emit }: Taking): void {
  scratch.reserve(segment.size);
  const { total, now, places, path, title, matched, touched, seen } = scratch;
  let count = 0;
  const asked = meanings.reduce((n, { extra }) => n + (extra ? 0 : 1), 0);
  for (const { words, rarity, extra, opens } of meanings) {
    // Those that bring tools in come first: where they have brought none, the others have nothing to order.
    if (!opens && count === 0) continue;
    let met = 0;
    for (const { id, factor } of words) {
      const range = postingsOf(segment, id);
      if (!range) continue;
      const most = factor * rarity;
      const sure = Math.round(factor * 100);
      for (let at = range[0]; at < range[1]; at++) {
        const doc = segment.docs[at]!;
        if (!opens && total[doc] === 0) continue;
        const value = most * SATURATION[segment.weights[at]!]!;
        if (now[doc] === 0) seen[met++] = doc;
        if (value > now[doc]!) now[doc] = value;
        const place = segment.places[at]!;
        if (place & (IN_NAME | IN_GROUP) && (places[doc]! & 255) < sure) places[doc] = sure | (places[doc]! & 0xff00);
        if (place & IN_TITLE && places[doc]! >> 8 < sure) places[doc] = (sure << 8) | (places[doc]! & 255);
      }
    }
    for (let n = 0; n < met; n++) {
      const doc = seen[n]!;
      if (total[doc] === 0) touched[count++] = doc;
      const inPath = (places[doc]! & 255) / 100;
      const inTitle = (places[doc]! >> 8) / 100;
      total[doc]! += now[doc]!;
      path[doc]! += inPath;
      title[doc]! += inTitle;
      if (!extra) matched[doc]! += Math.max(inPath, inTitle, BESIDE);
      now[doc] = 0;
      places[doc] = 0;
    }
  }
  for (let n = 0; n < count; n++) {
    const doc = touched[n]!;
    if (total[doc]! * AT_BEST >= floor()) emit(doc, scoreOf(doc));
    total[doc] = 0;
    path[doc] = 0;
    title[doc] = 0;
    matched[doc] = 0;
  }

  function scoreOf(doc: number): number {
    const share = matched[doc]! / asked;
    const pathCover = Math.min(1, path[doc]! / Math.max(1, segment.pathLength[doc]!));
    const titleCover = Math.min(1, title[doc]! / Math.max(1, segment.titleLength[doc]!));
    const leads = lead ? Math.max(surenessOf(lead, segment.nameLead[doc]!), surenessOf(lead, segment.titleLead[doc]!)) : 0;
    const unasked = !deletes && segment.deletes[doc] === 1 ? 0.65 : 1;
    return total[doc]! * share ** 1.5 * (1 + 0.6 * pathCover + 0.9 * titleCover) * (1 + 0.25 * leads) * unasked;
  }
}

/** The second time a word is there says less than the first. */
const SATURATION = Float32Array.from({ length: 256 }, (_, weight) => weight / (weight + 25));

/** What a word is worth that stands in neither path nor title. */
const BESIDE = 0.4;

function surenessOf({ words }: Meaning, lead: number): number {
  for (const { id, factor } of words) if (id === lead) return factor;
  return 0;
}
