/** Rules by pattern: finding those that cover a path costs its length, however many rules there are. */
export interface PatternIndex<T> {
  add(pattern: string, item: T): void;
  /** Everything whose pattern covers the path; patterns reach `executor.*` only when they say so literally. */
  covering(path: string): T[];
}

interface Node<T> {
  literal: Map<string, Node<T>>;
  star?: Node<T>;
  exact: T[];
  subtree: T[];
}

const blank = <T>(): Node<T> => ({ literal: new Map(), exact: [], subtree: [] });

export function createPatternIndex<T>(): PatternIndex<T> {
  const root = blank<T>();

  function place(node: Node<T>, segment: string): Node<T> {
    if (segment === '*') {
      node.star ??= blank();
      return node.star;
    }
    const known = node.literal.get(segment) ?? blank<T>();
    node.literal.set(segment, known);
    return known;
  }

  function visit(node: Node<T>, segments: readonly string[], at: number, isOpen: boolean, found: T[]): void {
    if (isOpen) for (const item of node.subtree) found.push(item);
    if (at === segments.length) {
      for (const item of node.exact) found.push(item);
      return;
    }
    const next = node.literal.get(segments[at]!);
    if (next) visit(next, segments, at + 1, true, found);
    if (isOpen && node.star) visit(node.star, segments, at + 1, true, found);
  }

  return {
    add(pattern, item) {
      const segments = pattern.split('.');
      const isSubtree = segments.at(-1) === '**';
      if (isSubtree) segments.pop();
      const node = segments.reduce(place, root);
      (isSubtree ? node.subtree : node.exact).push(item);
    },
    covering(path) {
      const segments = path.split('.');
      const found: T[] = [];
      visit(root, segments, 0, segments[0] !== 'executor', found);
      return found;
    },
  };
}
