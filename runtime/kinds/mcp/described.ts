import type { Kind } from '../kind.ts';
import { readResult } from './read.ts';
import { indexMcp, type McpBinding } from './tools.ts';

/** What can be done with a description alone, also in a worker. */
export const mcpDescription: Kind = {
  kind: 'mcp',
  // Only a server that answers is a source: a description in a file could not be called.
  detect: () => undefined,
  index: indexMcp,
  // What an approver is shown; it is `call` that makes the call.
  request(tool, input) {
    const { endpoint, name } = tool.binding as unknown as McpBinding;
    return { method: 'tools/call', url: endpoint, headers: {}, body: JSON.stringify({ name, arguments: input }) };
  },
  read: (_tool, { body }) => readResult(JSON.parse(new TextDecoder().decode(body))),
};
