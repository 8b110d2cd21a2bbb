import { Type } from '@sinclair/typebox';
import type { ToolHit } from '../../../machines/schema/tool.ts';
import type { SurfaceTool } from '../asking.ts';
import { connected, oneLine } from '../connected.ts';

const HITS = 10;
const ENUMERATED = 50;

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
