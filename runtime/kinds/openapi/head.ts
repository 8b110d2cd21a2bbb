import { decode, isObject, type Node, parseDocument } from './document.ts';

const START = 256 * 1024;

/**
 * The head of a document: its version, info and servers, read without parsing what is large in it. Only where the start of the text does
 * not tell is the whole document parsed. Undefined for what is no object at all.
 */
export function readHead(bytes: Uint8Array): Node | undefined {
  const start = decode(bytes.subarray(0, START));
  const head = start.trimStart().startsWith('{') ? jsonHead(start) : yamlHead(start);
  if (head.paths !== undefined || head.kind === 'discovery#restDescription' || bytes.length <= 64) return head;
  try {
    return parseDocument(bytes);
  } catch {
    // Detection asks whether this is a document; parsing it says no.
    return undefined;
  }
}

/** Walks over the root object's members; small ones are parsed, `paths` only needs to be there. */
function jsonHead(source: string): Node {
  const head: Record<string, unknown> = {};
  const member = /\s*,?\s*"((?:[^"\\]|\\.)*)"\s*:\s*/y;
  member.lastIndex = source.indexOf('{') + 1;
  for (let found = member.exec(source); found; found = member.exec(source)) {
    const name = found[1]!;
    if (name === 'paths') head.paths = {};
    const end = endOfValue(source, member.lastIndex);
    if (end === undefined) break;
    if (end - member.lastIndex < 20_000) head[name] = parsed(source.slice(member.lastIndex, end));
    member.lastIndex = end;
  }
  return head;
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    // A member that is no JSON says nothing.
    return undefined;
  }
}

/** The end of the JSON value that starts here, or undefined when the text ends before it. */
function endOfValue(source: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const c = source[at];
    if (c === '"') {
      for (at++; at < source.length && source[at] !== '"'; at++) if (source[at] === '\\') at++;
      if (depth === 0) return at + 1;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && c === ',') return at;
  }
  return undefined;
}

/** The blocks of a YAML document that start at the margin; `info` and `servers` are parsed alone. */
function yamlHead(source: string): Node {
  const head: Record<string, unknown> = {};
  const blocks = source.split(/\r?\n(?=["']?[A-Za-z$_][\w$.-]*["']?\s*:)/);
  for (const block of blocks) {
    const name = block.match(/^(?:---\s*)?(?:#.*\r?\n|\s)*["']?([A-Za-z$_][\w$.-]*)["']?\s*:/)?.[1];
    if (name === undefined) continue;
    if (name === 'paths') head.paths = {};
    else if (['openapi', 'swagger', 'info', 'servers', 'host', 'basePath', 'schemes'].includes(name)) Object.assign(head, yamlBlock(block));
  }
  return head;
}

function yamlBlock(block: string): Node {
  try {
    const node = parseDocument(new TextEncoder().encode(block));
    return isObject(node) ? node : {};
  } catch {
    // A block that does not stand alone says nothing.
    return {};
  }
}
