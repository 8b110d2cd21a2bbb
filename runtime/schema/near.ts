/** How far two words are apart: insertions, deletions, replacements and swaps of neighbours. Gives up above `most`. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > most) return most + 1;
    before = above;
    above = row;
  }
  return above[b.length]!;
}

const fold = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The name most likely meant: the same but for case and punctuation, nearly the same, or one that contains it. */
export function nearName(wrong: string, names: readonly string[]): string | undefined {
  const wanted = fold(wrong);
  if (wanted === '') return undefined;
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let found: string | undefined;
  let least = most + 0.5;
  for (const name of names) {
    const folded = fold(name);
    const contained = wanted.length > 2 && folded.length > 2 && (folded.includes(wanted) || wanted.includes(folded));
    const far = Math.min(distance(wanted, folded, most), contained ? most : Number.POSITIVE_INFINITY);
    if (far < least) {
      least = far;
      found = name;
    }
  }
  return found;
}
