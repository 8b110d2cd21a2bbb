import type { Operation } from './operation.ts';

/**
 * Names of tools (CONTRACT, section 3): `<namespace>.<group>.<name>`, a pure function of the document, so that a refresh of the same
 * document gives the same names whatever the order of its operations.
 */

const VERSION = /^v?\d+([._-]\d+)*([._-]?(alpha|beta|rc|preview)\d*)?$/i;

/** camelCase of any text: words are split at everything that is no letter or digit; capitals inside a word stay. */
export function camelCase(source: string): string {
  const words = source.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  const shout = words.every(word => word === word.toUpperCase());
  const joined = words.map((word, index) => cased(word, index === 0, shout)).join('');
  return /^\p{N}/u.test(joined) ? `_${joined}` : joined;
}

function cased(word: string, first: boolean, shout: boolean): string {
  const calm = shout || word === word.toUpperCase() ? word.toLowerCase() : word;
  // A leading run of capitals is one word: HTTPServer is httpServer, URLs is urls.
  if (first) return calm.replace(/^\p{Lu}+(?=\p{Lu}\p{Ll}{2})|^\p{Lu}+(?=s?$)|^\p{Lu}/u, run => run.toLowerCase());
  return calm.charAt(0).toUpperCase() + calm.slice(1);
}

/** First tag, else the first path segment that is no `api`, version or parameter. */
export function groupOf(operation: Pick<Operation, 'tags' | 'path'>): string {
  const tag = operation.tags.map(camelCase).find(name => name !== '');
  if (tag) return tag;
  const segments = operation.path.split(/[?#]/, 1)[0]!.split('/');
  const segment = segments.find(s => s !== '' && !s.includes('{') && !/^api$/i.test(s) && !VERSION.test(s) && camelCase(s) !== '');
  return segment === undefined ? 'root' : camelCase(segment);
}

/** The operation's id without its tag, else method and path. */
export function nameOf(operation: Pick<Operation, 'tags' | 'path' | 'method' | 'operationId'>): string {
  const id = operation.operationId;
  const name = id === undefined ? '' : camelCase(withoutTag(id, operation.tags[0])) || camelCase(id);
  return name || camelCase(`${operation.method} ${operation.path}`);
}

/** Drops the tag only where it is a prefix that ends in `/`, `.`, `_` or `-`, whatever its case and punctuation. */
function withoutTag(id: string, tag: string | undefined): string {
  const wanted = bare(tag ?? '');
  if (wanted === '') return id;
  for (let at = 1; at < id.length - 1; at++) {
    if ('/._-'.includes(id[at]!) && bare(id.slice(0, at)) === wanted && /[\p{L}\p{N}]/u.test(id.slice(at))) return id.slice(at + 1);
  }
  return id;
}

const bare = (source: string): string => source.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/**
 * Paths for all operations of a document. Where several want the same one, an operation that was given its name by its author
 * keeps it before one named by its method and path, then the shorter path; the others carry their method and path behind it.
 */
export function namePaths(namespace: string, operations: readonly Operation[]): string[] {
  const wanted = operations.map(operation => `${namespace}.${groupOf(operation)}.${nameOf(operation)}`);
  const order = operations.map((_, index) => index).sort((a, b) => seniority(operations[a]!, operations[b]!));
  const taken = new Set<string>();
  const paths: string[] = [];
  const late = order.filter(index => {
    if (taken.has(wanted[index]!)) return true;
    taken.add(wanted[index]!);
    paths[index] = wanted[index]!;
    return false;
  });
  for (const index of late) {
    const { method, path } = operations[index]!;
    const suffix = camelCase(`x ${method} ${path}`).slice(1);
    let candidate = `${wanted[index]}${suffix}`;
    for (let n = 2; taken.has(candidate); n++) candidate = `${wanted[index]}${suffix}${n}`;
    taken.add(candidate);
    paths[index] = candidate;
  }
  return paths;
}

function seniority(a: Operation, b: Operation): number {
  return (
    Number(a.operationId === undefined) - Number(b.operationId === undefined) ||
    a.path.length - b.path.length ||
    compare(a.path, b.path) ||
    compare(a.method, b.method)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
