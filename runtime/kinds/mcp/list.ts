import type { Client, StandardSchemaV1 } from '@modelcontextprotocol/client';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Description, ListedTool } from './description.ts';
import { mirrorFault } from './mirrored.ts';
import { visible } from './visible.ts';

/** A list may have so many pages, and so many tools. */
const PAGES = 1_000;
const TOOLS = 50_000;

/** Lets everything through: one tool that is not as it should be must not cost the others. */
const ANYTHING: StandardSchemaV1<unknown, unknown> = { '~standard': { version: 1, vendor: 'executor', validate: value => ({ value }) } };

/** Lists all tools, page by page, and what the server says of itself. */
export async function describeServer(
  client: Client,
  endpoint: string,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Description> {
  const capabilities = client.getServerCapabilities() ?? {};
  const { tools, warnings } = capabilities.tools ? await listTools(client, { signal, timeout: timeoutMs }) : { tools: [], warnings: [] };
  const { name = '', title, version } = client.getServerVersion() ?? {};
  const instructions = client.getInstructions();
  if (!capabilities.tools) warnings.push('the server offers no tools');
  return {
    mcp: 1,
    endpoint,
    protocol: client.getNegotiatedProtocolVersion() ?? '',
    server: { name, ...(title && { title }), ...(version && { version }) },
    ...(instructions && { instructions }),
    capabilities: capabilities as Record<string, unknown>,
    tools,
    warnings,
  };
}

async function listTools(client: Client, options: { signal: AbortSignal; timeout: number }) {
  const tools = new Map<string, ListedTool>();
  const warnings: string[] = [];
  const seen = new Set<string>();
  // Only from this revision on are arguments mirrored in headers.
  const mirrors = (client.getNegotiatedProtocolVersion() ?? '') >= '2026-07-28';
  let cursor: string | undefined;
  for (let page = 1; ; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const answer = (await client.request({ method: 'tools/list', params }, ANYTHING, options)) as { tools?: unknown; nextCursor?: unknown };
    if (!Array.isArray(answer?.tools)) {
      throw new FaultError('source_not_recognised', `the server answered tools/list with no list of tools (page ${page})`);
    }
    for (const tool of answer.tools) keep(tool, tools, warnings, mirrors);
    const next = answer.nextCursor;
    if (typeof next !== 'string') return { tools: [...tools.values()], warnings };
    if (seen.has(next) || page >= PAGES || tools.size > TOOLS) {
      // Half a list is no list: with it, tools would seem to have been removed.
      const why = seen.has(next) ? 'its pages go round in a circle' : `it does not end after ${page} pages and ${tools.size} tools`;
      throw new FaultError('source_not_recognised', `the server's list of tools is of no use: ${why}`);
    }
    seen.add(next);
    cursor = next;
  }
}

function keep(tool: unknown, tools: Map<string, ListedTool>, warnings: string[], mirrors: boolean): void {
  const { name, inputSchema } = (tool ?? {}) as { name?: unknown; inputSchema?: unknown };
  const fault = mirrors ? mirrorFault(inputSchema) : undefined;
  if (typeof name !== 'string' || name === '') warnings.push('a tool without a name was left out');
  else if (tools.has(name)) warnings.push(`${visible(name)}: listed more than once, the first counts`);
  else if (fault) warnings.push(`${visible(name)}: left out, its arguments cannot be sent as it wants them: the header ${visible(fault)}`);
  else tools.set(name, tool as ListedTool);
}
