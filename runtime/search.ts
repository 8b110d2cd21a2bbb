import { FaultError } from '../machines/schema/fault.ts';
import type { ToolHit } from '../machines/schema/tool.ts';
import type { Page } from './runtime.ts';
import { distance } from './schema/near.ts';
import { createHolders, type Holders } from './search/holders.ts';
import { createPacker, type SearchHit } from './search/pack.ts';
import { openingWords, Scratch, score, understand } from './search/rank.ts';
import { openSegment, type Segment, seek } from './search/segment.ts';
import { createTop } from './search/top.ts';
import { createVocabulary } from './search/vocabulary.ts';
import { tokens } from './search/words.ts';

export type { SearchHit } from './search/pack.ts';

export interface ToolQuery {
  readonly q?: string;
  readonly source?: string;
  readonly limit?: number;
  readonly cursor?: string;
  /** Only paths that begin so. */
  readonly prefix?: string;
  /** Leaves out what a principal must not see. */
  readonly allowed?: (path: string) => boolean;
}

/** The search over all tools: kept by source, so that a refresh costs only its source, and never by session. */
export interface Search {
  /** Puts the packed tools of a source in, in place of those it had; false, and nothing done, for what another version packed. */
  open(source: string, revision: number, packed: Uint8Array): boolean;
  /** The same with tools that are not packed yet. */
  put(source: string, revision: number, hits: readonly SearchHit[]): void;
  drop(source: string): void;
  /** Best first; without words, all in the order of their paths. */
  query(query: ToolQuery): Page<ToolHit>;
  /** Paths that were probably meant. */
  near(path: string, n?: number): string[];
  /** Tools of a source, or of all. */
  count(source?: string): number;
}

/** Results a search can be paged through. */
const DEPTH = 1_000;

export function createSearch(): Search {
  const vocabulary = createVocabulary();
  const segments = new Map<string, Segment>();
  const scratch = new Scratch();
  const frequencies = createCounts();
  let inOrder: Segment[] | undefined;
  /** Of the segments in order; made by the first query after a change. */
  let holders: Holders | undefined;
  let total = 0;

  function drop(source: string): void {
    const segment = segments.get(source);
    if (!segment) return;
    segments.delete(source);
    inOrder = undefined;
    holders = undefined;
    total -= segment.size;
    count(segment, -1);
  }

  function count(segment: Segment, sign: 1 | -1): void {
    const { words, slots, offsets } = segment;
    for (let n = 0; n < words.length; n++) {
      const slot = slots[n]!;
      frequencies.add(words[n]!, sign * (offsets[slot + 1]! - offsets[slot]!));
    }
  }

  function open(source: string, revision: number, packed: Uint8Array): boolean {
    const segment = openSegment(vocabulary, source, revision, packed);
    if (!segment) return false;
    drop(source);
    segments.set(source, segment);
    inOrder = undefined;
    holders = undefined;
    total += segment.size;
    count(segment, 1);
    return true;
  }

  /** Segments in the order of their tools' paths. */
  const ordered = (source: string | undefined): Segment[] => {
    if (source !== undefined) return segments.has(source) ? [segments.get(source)!] : [];
    inOrder ??= [...segments.values()].sort((a, b) => (`${a.source}.` < `${b.source}.` ? -1 : 1));
    return inOrder;
  };

  function enumerate({ source, limit = 100, cursor, prefix = '', allowed }: ToolQuery): Page<ToolHit> {
    const after = cursor === undefined ? undefined : decode(cursor, 'p');
    const items: ToolHit[] = [];
    for (const segment of ordered(source)) {
      const from = after !== undefined && after > prefix ? after : prefix;
      for (let doc = seek(segment, from); doc < segment.size; doc++) {
        const path = segment.path(doc);
        if (path === after) continue;
        if (!path.startsWith(prefix)) break;
        if (allowed && !allowed(path)) continue;
        if (items.length === limit) return { items, nextCursor: encode('p', items.at(-1)!.path) };
        items.push(segment.hit(doc));
      }
    }
    return { items };
  }

  function query(asked: ToolQuery): Page<ToolHit> {
    const words = asked.q?.trim() ?? '';
    if (words === '') return enumerate(asked);
    const { source, limit = 100, cursor, prefix, allowed } = asked;
    const offset = cursor === undefined ? 0 : Number(decode(cursor, 's'));
    const list = ordered(source);
    const wanted = understand(vocabulary, words, { total, frequency: frequencies.of });
    const filtered = allowed !== undefined || prefix !== undefined;
    const top = createTop(filtered ? DEPTH : Math.min(DEPTH, offset + limit + 1));
    const rank = (at: number) => score(list[at]!, wanted, scratch, { floor: top.floor, emit: (doc, points) => top.offer(points, at, doc) });
    if (source !== undefined) for (let at = 0; at < list.length; at++) rank(at);
    else {
      holders ??= createHolders(list, vocabulary.size);
      for (const at of holders.of(openingWords(wanted))) rank(at);
    }
    const items: ToolHit[] = [];
    let seen = 0;
    for (const { segment: at, doc } of top.sorted()) {
      const segment = list[at]!;
      const path = segment.path(doc);
      if ((prefix !== undefined && !path.startsWith(prefix)) || (allowed && !allowed(path))) continue;
      if (seen++ < offset) continue;
      if (items.length === limit) return { items, nextCursor: encode('s', String(offset + limit)) };
      items.push(segment.hit(doc));
    }
    return { items };
  }

  function near(path: string, n = 3): string[] {
    const dot = path.indexOf('.');
    const source = dot > 0 && segments.has(path.slice(0, dot)) ? path.slice(0, dot) : undefined;
    const found = query({ q: tokens(path).join(' '), limit: 40, ...(source !== undefined && { source }) }).items.map(hit => hit.path);
    const group = path.slice(0, path.lastIndexOf('.') + 1);
    const beside = group.length > dot + 1 ? enumerate({ prefix: group, limit: 200 }).items.map(hit => hit.path) : [];
    const wanted = path.toLowerCase();
    const most = Math.max(wanted.length, 8);
    return [...new Set([...beside, ...found])]
      .map((candidate, at) => ({ candidate, far: distance(wanted, candidate.toLowerCase(), most) + at / 1_000 }))
      .sort((a, b) => a.far - b.far)
      .slice(0, n)
      .map(({ candidate }) => candidate);
  }

  return {
    open,
    put(source, revision, hits) {
      const packer = createPacker();
      for (const hit of hits) packer.add(hit);
      open(source, revision, packer.finish());
    },
    drop,
    query,
    near,
    count: source => (source === undefined ? total : (segments.get(source)?.size ?? 0)),
  };
}

/** In how many tools each word is, by its number. */
function createCounts() {
  let counts = new Int32Array(4096);
  return {
    of: (word: number): number => counts[word] ?? 0,
    add(word: number, more: number): void {
      if (word >= counts.length) {
        const grown = new Int32Array(Math.max(word + 1, counts.length * 2));
        grown.set(counts);
        counts = grown;
      }
      counts[word]! += more;
    },
  };
}

const encode = (kind: 'p' | 's', value: string): string => Buffer.from(`${kind}:${value}`).toString('base64url');

function decode(cursor: string, kind: 'p' | 's'): string {
  const plain = Buffer.from(cursor, 'base64url').toString();
  const value = plain.slice(2);
  if (!plain.startsWith(`${kind}:`) || (kind === 's' && !/^\d+$/.test(value))) {
    throw new FaultError('invalid_arguments', 'This cursor is not of this search; leave it out to start again', {
      details: { path: '/cursor' },
    });
  }
  return value;
}
