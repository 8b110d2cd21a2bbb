import type { Tool } from '@modelcontextprotocol/server';
import type { ExposedTool } from '../../../runtime/exposure.ts';
import { covers } from '../../../runtime/policy.ts';
import { TASK_OPTIONAL } from '../tasks/capabilities.ts';
import { flattened } from './flattened.ts';

const DESCRIPTION_CHARACTERS = 2000;

/** What a tool answers while it has not come to an end, or has failed before its source was asked. */
const UNFINISHED = {
  type: 'object',
  properties: {
    status: { enum: ['paused', 'running', 'failed'] },
    executionId: { type: 'string' },
    approvalUrl: { type: 'string' },
    interactions: { type: 'array' },
    error: { type: 'object' },
  },
  required: ['status'],
};

/** What a tool of a source that is no MCP server answers. Its data is not held to a schema: clients would refuse what is not as described. */
const ANSWER = {
  type: 'object',
  properties: { ...UNFINISHED.properties, status: { enum: ['done', 'paused', 'running', 'failed'] }, result: {}, http: { type: 'object' } },
  required: ['status'],
};

/** The tools that the patterns choose: by path, by path without the source, or by name. All of them without patterns. */
export function chosen(tools: readonly ExposedTool[], namespace: string, patterns: readonly string[]): readonly ExposedTool[] {
  if (patterns.length === 0) return tools;
  return tools.filter(({ path, name }) =>
    patterns.some(pattern => pattern === name || covers(pattern, path) || covers(`${namespace}.${pattern}`, path)),
  );
}

/** A tool as it is listed: an MCP server's as the server lists it, any other with what the catalog knows of it. */
export function listedTool(tool: ExposedTool): Tool {
  return { ...(tool.listed ? asListed(tool, tool.listed) : asDescribed(tool)), execution: TASK_OPTIONAL } as unknown as Tool;
}

function asListed({ name, description, inputSchema }: ExposedTool, listed: Readonly<Record<string, unknown>>) {
  // Tasks are ours: the execution here, not one of the server.
  const { execution: _, outputSchema, ...rest } = listed;
  const isObject = typeof rest.inputSchema === 'object' && rest.inputSchema !== null && !Array.isArray(rest.inputSchema);
  return {
    ...rest,
    name,
    ...(rest.description === undefined && { description }),
    inputSchema: isObject ? { type: 'object', ...(rest.inputSchema as object) } : inputSchema,
    ...(typeof outputSchema === 'object' && outputSchema !== null && { outputSchema: orUnfinished(outputSchema) }),
  };
}

function asDescribed({ name, title, description, effect, inputSchema }: ExposedTool) {
  return {
    name,
    ...(title !== undefined && { title }),
    description: description.length > DESCRIPTION_CHARACTERS ? `${description.slice(0, DESCRIPTION_CHARACTERS - 1)}…` : description,
    inputSchema: flattened(inputSchema),
    outputSchema: ANSWER,
    annotations: {
      ...(title !== undefined && { title }),
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destructive',
      openWorldHint: true,
    },
  };
}

/** Clients refuse structured content that the schema does not allow, also of a call that waits. Definitions stay where they are referred to. */
function orUnfinished(schema: object) {
  const { $schema, $defs, definitions, ...own } = schema as Record<string, unknown>;
  return {
    ...($schema !== undefined && { $schema }),
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
    type: 'object',
    anyOf: [own, UNFINISHED],
  };
}
