/** A header's name (RFC 9110, section 5.6.2). */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const PRIMITIVE = new Set(['string', 'integer', 'boolean']);
/** Keywords whose values are no schemas, whatever they look like. */
const DATA = new Set(['default', 'const', 'enum', 'examples', 'x-mcp-header']);

/**
 * Why the arguments that a tool wants mirrored in headers cannot be (MCP 2026-07-28, SEP-2243): such a definition has to be left out by
 * whoever reads it. Undefined when they can.
 */
export function mirrorFault(inputSchema: unknown): string | undefined {
  const names = new Set<string>();

  function visit(node: unknown, isReachable: boolean, isRoot = false): string | undefined {
    if (Array.isArray(node)) return first(node.map(each => () => visit(each, false)));
    if (typeof node !== 'object' || node === null) return undefined;
    const { properties, ...rest } = node as Record<string, unknown>;
    const own = 'x-mcp-header' in rest ? faultOf(rest, isReachable && !isRoot) : undefined;
    return (
      own ??
      first(
        Object.values(typeof properties === 'object' && properties !== null ? properties : {}).map(each => () => visit(each, isReachable)),
      ) ??
      first(Object.entries(rest).flatMap(([keyword, value]) => (DATA.has(keyword) ? [] : [() => visitAll(value)])))
    );
  }

  /** Below any keyword but `properties`: a schema, a list of them, or a table of them. */
  function visitAll(value: unknown): string | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    return visit(value, false) ?? first(Object.values(value).map(each => () => visit(each, false)));
  }

  function faultOf({ 'x-mcp-header': name, type }: Record<string, unknown>, isReachable: boolean): string | undefined {
    if (typeof name !== 'string' || !TOKEN.test(name)) return `${JSON.stringify(name)} is no name of a header`;
    if (!isReachable) return `"${name}" is wanted of something that is no argument by itself`;
    if (!PRIMITIVE.has(String(type))) return `"${name}" is wanted of what is no string, integer or boolean`;
    if (names.has(name.toLowerCase())) return `"${name}" is wanted of two arguments`;
    names.add(name.toLowerCase());
    return undefined;
  }

  return visit(inputSchema, true, true);
}

function first(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}
