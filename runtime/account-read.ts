import type { Tool } from '../machines/schema/tool.ts';

/** Names of what says whose account it is, the surest first. */
const NAMES = ['whoami', 'me', 'viewer', 'currentuser', 'userinfo', 'self', 'myself', 'user', 'profile', 'account'];

/**
 * The read that shows at the least cost whether a credential works, and whose it is: one that needs no arguments, with a name like `me`.
 * Of a GraphQL API any query will do otherwise: it is asked for its type's name alone.
 */
export async function accountRead(reads: AsyncIterable<Tool>): Promise<{ tool: Tool; tellsWhose: boolean } | undefined> {
  let best: { tool: Tool; rank: number } | undefined;
  let query: Tool | undefined;
  for await (const tool of reads) {
    if (tool.auth?.needs === 'none') continue;
    if (isQuery(tool)) query ??= tool;
    if (needsArguments(tool)) continue;
    const rank = NAMES.indexOf(nameOf(tool));
    if (rank >= 0 && (!best || rank < best.rank || (rank === best.rank && tool.path.length < best.tool.path.length))) best = { tool, rank };
  }
  if (best) return { tool: best.tool, tellsWhose: true };
  return query && { tool: query, tellsWhose: false };
}

const isQuery = ({ binding }: Tool): boolean => binding.operation === 'query' && typeof binding.field === 'string';

function needsArguments({ inputSchema, binding }: Tool): boolean {
  const { required = [] } = typeof inputSchema === 'object' ? (inputSchema as { required?: string[] }) : {};
  return required.length > 0 || String(binding.path ?? '').includes('{');
}

/** The field of a GraphQL API, the last part of a path that is read; nothing else has a name that could be relied on. */
function nameOf({ binding }: Tool): string {
  const { field, path, method } = binding;
  const name = typeof field === 'string' ? field : String(method).toUpperCase() === 'GET' ? String(path).split('/').at(-1)! : '';
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
