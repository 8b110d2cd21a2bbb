import { isObject, type Node, parseDocument } from './document.ts';

/** Fetches another document; the runtime's own way out, with its limits and refusals. */
export type Fetch = (url: string) => Promise<Uint8Array>;

/** Documents and bytes that may be brought in by references. */
const MOST = 64;
const BYTES = 64 * 1024 * 1024;

/** Where other documents are put, as members of the first: from then on every reference is local. */
const HOME = 'x-executor-external';

/**
 * Brings in the documents that references lead to, and theirs in turn, each once. What cannot be fetched or parsed leaves its references
 * as they are, to be warned of where they are used. The root is changed in place: it was parsed for this.
 */
export async function embedExternals(root: Node, url: string | undefined, obtain: Fetch, warn: (message: string) => void): Promise<void> {
  const places = new Map<string, number | undefined>();
  const embedded: Record<string, Node> = {};
  const waiting: { node: Node; base: string | undefined; prefix: string }[] = [{ node: root, base: url, prefix: '' }];
  let bytes = 0;

  async function bring(address: string): Promise<number | undefined> {
    if (places.has(address)) return places.get(address);
    places.set(address, undefined);
    try {
      if (Object.keys(embedded).length >= MOST || bytes > BYTES) throw new Error('there are too many of them');
      const content = await obtain(address);
      bytes += content.byteLength;
      const node = parseDocument(content);
      const place = Object.keys(embedded).length;
      embedded[place] = node;
      places.set(address, place);
      waiting.push({ node, base: address, prefix: `#/${HOME}/${place}` });
      return place;
    } catch (error) {
      warn(`document ${address} was not brought in: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const holder of referencesIn(next.node)) {
      const local = holder.$ref.startsWith('#');
      if (local && next.prefix !== '') holder.$ref = next.prefix + holder.$ref.slice(1);
      if (local) continue;
      const address = addressOf(holder.$ref, next.base);
      const place = address && (await bring(address.document));
      if (typeof place === 'number' && address) holder.$ref = `#/${HOME}/${place}${address.pointer}`;
    }
  }
  if (Object.keys(embedded).length > 0) Object.assign(root, { [HOME]: embedded });
}

function addressOf(ref: string, base: string | undefined): { document: string; pointer: string } | undefined {
  if (!URL.canParse(ref, base)) return undefined;
  const url = new URL(ref, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const pointer = url.hash.slice(1);
  url.hash = '';
  return { document: url.href, pointer: pointer === '/' ? '' : pointer };
}

/** Every object that is a reference, without recursion: documents can be deep. */
function* referencesIn(root: Node): Generator<{ $ref: string }> {
  const waiting: unknown[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (Array.isArray(node)) waiting.push(...node.filter(item => typeof item === 'object' && item !== null));
    else if (isObject(node)) {
      if (typeof node.$ref === 'string') yield node as { $ref: string };
      for (const key in node) if (typeof node[key] === 'object' && node[key] !== null) waiting.push(node[key]);
    }
  }
}
