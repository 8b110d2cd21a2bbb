import { Type } from '@sinclair/typebox';
import type { SourceView } from '../../../machines/schema/source.ts';
import type { ToolHit } from '../../../machines/schema/tool.ts';
import type { SurfaceTool } from '../asking.ts';

const HITS = 10;
const ENUMERATED = 50;
const NAMED_SOURCES = 30;

/** `search {query?, source?, limit?, cursor?}` → `{items, nextCursor?}` (CONTRACT, section 7). */
export const search: SurfaceTool = {
  name: 'search',
  title: 'Find tools',
  description: sources =>
    `Find tools of the connected sources by what you want to do, e.g. "create an issue". Connected: ${connected(sources)}. ` +
    'Each hit has a `path` for describe and call, its effect (read, write, destructive) and the TypeScript signature of its input. ' +
    'With `source` and no `query`, lists all tools of that source.',
  input: Type.Object(
    {
      query: Type.Optional(Type.String({ description: 'What you want to do, in words.' })),
      source: Type.Optional(Type.String({ description: 'Only tools of this source.' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default 10, or 50 without query.' })),
      cursor: Type.Optional(Type.String({ description: 'nextCursor of the page before.' })),
    },
    { additionalProperties: false },
  ),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(input, { runtime, principal }) {
    const query = input as { query?: string; source?: string; limit?: number; cursor?: string };
    const page = await runtime.tools.search({
      ...(query.query && { q: query.query }),
      ...(query.source !== undefined && { source: query.source }),
      ...(query.cursor !== undefined && { cursor: query.cursor }),
      limit: query.limit ?? (query.query ? HITS : ENUMERATED),
      principal,
    });
    return { structuredContent: { ...page }, content: [{ type: 'text', text: text(page.items, page.nextCursor) }] };
  },
};

function text(items: ToolHit[], nextCursor: string | undefined): string {
  if (items.length === 0) return 'No tool matches. Try other words, or list a source with {"source": "<name>"}.';
  const lines = items.map(hit => `${hit.path} (${hit.effect}) ${oneLine(hit.description, 160)}\n  ${oneLine(hit.signature, 400)}`);
  return nextCursor === undefined ? lines.join('\n') : `${lines.join('\n')}\nMore with {"cursor": ${JSON.stringify(nextCursor)}}`;
}

const oneLine = (words: string, length: number) => {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

/** The sources by name, largest first: a model that has never seen us decides by these names whether to look here. */
function connected(sources: SourceView[]): string {
  const usable = sources
    .filter(source => source.toolCount > 0)
    .sort((a, b) => b.toolCount - a.toolCount || a.namespace.localeCompare(b.namespace));
  if (usable.length === 0) return 'none yet';
  const named = usable.slice(0, NAMED_SOURCES).map(source => `${source.namespace} (${label(source)}${source.toolCount} tools)`);
  const rest = usable.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

const label = ({ name, namespace }: SourceView) => (name.toLowerCase() === namespace.toLowerCase() ? '' : `${oneLine(name, 40)}, `);
