import crypto from 'node:crypto';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import { referencesOf } from './references.ts';

/**
 * JSON with sorted keys: the same for the same value, however its document was written. Of objects that are `written` already the text is
 * taken from there.
 */
export function canonical(value: unknown, written?: ReadonlyMap<object, string>): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const known = written?.get(value);
  if (known !== undefined) return known;
  let out = '';
  if (Array.isArray(value)) {
    for (const item of value) out += out === '' ? canonical(item, written) : `,${canonical(item, written)}`;
    return `[${out}]`;
  }
  const record = value as Record<string, unknown>;
  for (const key of inOrder(Object.keys(record))) {
    if (record[key] !== undefined) out += `${out === '' ? '' : ','}${quote(key)}:${canonical(record[key], written)}`;
  }
  return `{${out}}`;
}

/** Sorted in place. Most objects have a handful of keys, for which the general way takes several times as long. */
function inOrder(keys: string[]): string[] {
  if (keys.length > 12) return keys.sort();
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at]!;
    let to = at;
    for (; to > 0 && keys[to - 1]! > key; to--) keys[to] = keys[to - 1]!;
    keys[to] = key;
  }
  return keys;
}

/** Most texts need no escaping, and finding that out is cheaper than escaping. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON escapes
const quote = (source: string): string => (/[\u0000-\u001f"\\\ud800-\udfff]/.test(source) ? JSON.stringify(source) : `"${source}"`);

/** In one step where this Node can: the object that takes a text piece by piece costs twice what hashing a short one does. */
export const sha256 = (source: string): string =>
  crypto.hash?.('sha256', source, 'hex') ?? crypto.createHash('sha256').update(source).digest('hex');

/**
 * Content hashes of definitions, each over everything it reaches. Definitions that refer to each other in a circle share one hash,
 * taken over the circle (Tarjan's strongly connected components), so the whole table costs one walk however tangled it is.
 */
export function closureHashes(definitions: ReadonlyMap<string, JsonSchema>): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const edges = new Map<string, readonly string[]>();

  for (const root of definitions.keys()) if (!index.has(root)) walk(root);
  return hashes;

  /** Without recursion: chains of definitions can be longer than the call stack. */
  function walk(root: string): void {
    const frames: { name: string; next: number }[] = [open(root)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const targets = edges.get(frame.name)!;
      const target = targets[frame.next++];
      if (target === undefined) {
        frames.pop();
        const above = frames.at(-1);
        if (above) low.set(above.name, Math.min(low.get(above.name)!, low.get(frame.name)!));
        if (low.get(frame.name) === index.get(frame.name)) close(frame.name);
      } else if (!index.has(target)) frames.push(open(target));
      else if (!hashes.has(target)) low.set(frame.name, Math.min(low.get(frame.name)!, index.get(target)!));
    }
  }

  function open(name: string): { name: string; next: number } {
    index.set(name, index.size);
    low.set(name, index.get(name)!);
    stack.push(name);
    edges.set(
      name,
      [...referencesOf(definitions.get(name)!)].filter(target => definitions.has(target)),
    );
    return { name, next: 0 };
  }

  function close(name: string): void {
    const members = stack.splice(stack.lastIndexOf(name)).sort();
    const inside = new Set(members);
    const reached = new Set(members.flatMap(member => edges.get(member)!.filter(target => !inside.has(target))));
    const parts = [
      ...members.map(member => `${member}=${canonical(definitions.get(member))}`),
      ...[...reached].sort().map(target => `${target}:${hashes.get(target)}`),
    ];
    const shared = sha256(parts.join('\n'));
    for (const member of members) hashes.set(member, members.length === 1 ? shared : sha256(`${member} of ${shared}`));
  }
}
