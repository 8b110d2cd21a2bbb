/**
 * What stands in several lists as one and the same object. In a large document most arguments of most tools are such: what is made of them
 * is worth remembering, and of all others not.
 */
export function repeatedIn(lists: Iterable<Iterable<unknown>>): ReadonlySet<object> {
  const once = new Set<object>();
  const repeated = new Set<object>();
  for (const list of lists) {
    for (const item of list) if (typeof item === 'object' && item !== null) (once.has(item) ? repeated : once).add(item);
  }
  return repeated;
}
