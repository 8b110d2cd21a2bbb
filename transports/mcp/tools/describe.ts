import { Type } from '@sinclair/typebox';
import type { ToolDescription } from '../../../runtime/runtime.ts';
import type { SurfaceTool } from '../asking.ts';
import { SHOWN_BYTES } from '../preview.ts';

/** `describe {path}` → what `GET /api/tools/:path` gives (CONTRACT, sections 4 and 7). */
export const describe: SurfaceTool = {
  name: 'describe',
  title: 'Describe a tool',
  description: () =>
    'Everything about one tool before calling it: full input and output JSON Schema, TypeScript types, a sample input, and whether a call runs ' +
    'at once, asks a person first, or is blocked.',
  input: Type.Object(
    { path: Type.String({ description: 'A path from search, e.g. github.issues.create.' }) },
    { additionalProperties: false },
  ),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(input, { runtime, principal, baseUrl }) {
    const description = await runtime.tools.describe(input.path as string, principal);
    return { structuredContent: fitting(description, baseUrl), content: [{ type: 'text', text: text(description) }] };
  },
};

/** Some operations have schemas larger than a context; then the output schema is left out and said to be. */
function fitting(description: ToolDescription, baseUrl: string): Record<string, unknown> {
  if (JSON.stringify(description).length <= SHOWN_BYTES || description.outputSchema === undefined) return { ...description };
  const { outputSchema: _, ...rest } = description;
  return { ...rest, omitted: `outputSchema: too large to show here; GET ${baseUrl}/api/tools/${description.path} has it.` };
}

function text(tool: ToolDescription): string {
  const verdict = { allow: 'runs at once', ask: 'asks a person first', block: 'is blocked' }[tool.policy.decision];
  return [
    `${tool.path} (${tool.effect}; a call ${verdict}, rule ${tool.policy.rule})`,
    tool.description.slice(0, 2000),
    tool.typescript.slice(0, 16_000),
    `Sample input: ${JSON.stringify(tool.sample)?.slice(0, 4000) ?? '{}'}`,
  ].join('\n');
}
