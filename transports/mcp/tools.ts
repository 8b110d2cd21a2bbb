import type { Tool } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { toFault } from '../../machines/schema/fault.ts';
import type { SourceView } from '../../machines/schema/source.ts';
import { failed } from './answer.ts';
import { checkArguments } from './arguments.ts';
import type { Answer, Asking, SurfaceTool } from './asking.ts';
import { TASK_OPTIONAL } from './tasks/capabilities.ts';
import { call, unwrapped } from './tools/call.ts';
import { describe } from './tools/describe.ts';
import { execute } from './tools/execute.ts';
import { resume } from './tools/resume.ts';
import { search } from './tools/search.ts';

/** The surface: few tools with short names and flat schemas, whatever the number of tools behind them (CONTRACT, section 7). */
const TOOLS: readonly SurfaceTool[] = [search, describe, call, execute, resume];

/** `tools/list`, with the descriptions naming the sources connected now. */
export function listed(sources: SourceView[]): Tool[] {
  return TOOLS.map(tool => ({
    name: tool.name,
    title: tool.title,
    description: tool.description(sources),
    inputSchema: plainSchema(tool),
    annotations: tool.annotations,
    ...(tool.isLong && { execution: TASK_OPTIONAL }),
  }));
}

/**
 * `tools/call`. What goes wrong in the work comes back as a `failed` result that a model can read; only a name that is no tool of
 * this surface is a protocol error.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools#error-handling
 */
export async function dispatch(name: string, args: unknown, asking: Asking): Promise<Answer> {
  const tool = TOOLS.find(candidate => candidate.name === name);
  if (!tool) throw unknownTool(name);
  if (asking.task?.atOnce && !tool.isLong) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} is no tool that takes long`);
  try {
    const input = checkArguments(name, tool.input, name === call.name ? unwrapped(args) : args);
    return await tool.run(input, asking);
  } catch (error) {
    return failed(toFault(error));
  }
}

/** TypeBox schemas carry symbols; on the wire they are plain JSON. Made once. */
const plain = new Map<string, Tool['inputSchema']>();
function plainSchema(tool: SurfaceTool): Tool['inputSchema'] {
  const known = plain.get(tool.name) ?? (JSON.parse(JSON.stringify(tool.input)) as Tool['inputSchema']);
  plain.set(tool.name, known);
  return known;
}

function unknownTool(name: string): ProtocolError {
  const names = TOOLS.map(tool => tool.name).join(', ');
  const hint = name.includes('.') ? ` To run it use call with {"path": ${JSON.stringify(name)}, "input": {…}}.` : '';
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool "${name.slice(0, 200)}". The tools are ${names}.${hint}`);
}
