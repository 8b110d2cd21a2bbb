/** The best so many of any number of scored tools: a binary heap with the worst on top, in flat arrays. */
export interface Top {
  offer(score: number, segment: number, doc: number): void;
  /** What is below this is not among the best. */
  floor(): number;
  /** Best first; equal ones in the order of their paths. */
  sorted(): { readonly score: number; readonly segment: number; readonly doc: number }[];
}

export function createTop(most: number): Top {
  const scores: number[] = [];
  const segments: number[] = [];
  const docs: number[] = [];

  const worse = (a: number, b: number): boolean =>
    scores[a]! < scores[b]! ||
    (scores[a] === scores[b] && (segments[a]! > segments[b]! || (segments[a] === segments[b] && docs[a]! > docs[b]!)));

  function swap(a: number, b: number): void {
    for (const list of [scores, segments, docs]) {
      const kept = list[a]!;
      list[a] = list[b]!;
      list[b] = kept;
    }
  }

  function rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!worse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let worst = at;
      if (left < scores.length && worse(left, worst)) worst = left;
      if (right < scores.length && worse(right, worst)) worst = right;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  }

  return {
    offer(score, segment, doc) {
      if (scores.length < most) {
        scores.push(score);
        segments.push(segment);
        docs.push(doc);
        rise(scores.length - 1);
      } else if (score > scores[0]! || (score === scores[0] && (segment < segments[0]! || (segment === segments[0] && doc < docs[0]!)))) {
        scores[0] = score;
        segments[0] = segment;
        docs[0] = doc;
        sink();
      }
    },
    floor: () => (scores.length < most ? Number.NEGATIVE_INFINITY : scores[0]!),
    sorted() {
      return scores
        .map((score, at) => ({ score, segment: segments[at]!, doc: docs[at]! }))
        .sort((a, b) => b.score - a.score || a.segment - b.segment || a.doc - b.doc);
    },
  };
}
