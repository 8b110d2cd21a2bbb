import type { Tool } from '../machines/schema/tool.ts';
import { hashOf } from './canonical.ts';
import type { UpstreamRequest } from './kinds/kind.ts';
import { originOf } from './target.ts';

/**
 * What an approval is for: this definition, this connection, this origin, these arguments (DESIGN, rule 3). Not the source's
 * revision: an unrelated refresh must not void it.
 */
export const bindingOf = (tool: Tool, request: UpstreamRequest, input: unknown, connection: string | undefined): string =>
  hashOf({ path: tool.path, definition: tool.hash, connection: connection ?? null, origin: originOf(request.url), input });
