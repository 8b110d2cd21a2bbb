import type { Stored } from '../machines/schema/reference.ts';
import type { Tool } from '../machines/schema/tool.ts';
import { compile } from './schema/engine.ts';
import type { Lookup } from './schema/references.ts';

/** Answers larger than this are not looked into, in bytes of JSON. */
const MOST_BYTES = 256 * 1024;
/** Tools that are remembered as looked at. */
const REMEMBERED = 5_000;

/**
 * Says in the log, once for a tool, where what came back is not what its description promises. That is no failure: descriptions are
 * wrong more often than the APIs they describe, and the data is given all the same.
 */
export function createSurprise(lookupFor: (tool: Tool) => Lookup, log: (line: string) => void) {
  const seen = new Set<string>();

  function look(tool: Tool, data: unknown): void {
    try {
      const [error] = compile(tool.outputSchema!, lookupFor(tool))(data);
      if (error) log(`${tool.path} answered otherwise than described: ${error.instancePath || '/'} ${error.message}`);
    } catch (error) {
      log(`the description of what ${tool.path} answers cannot be used: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Looks at an answer when there is time, after it has been given. */
  return (tool: Tool, data: unknown, stored: Stored): void => {
    if (tool.outputSchema === undefined || seen.has(tool.hash) || ('bytes' in stored && stored.bytes > MOST_BYTES)) return;
    if (typeof data === 'object' && data !== null && ('base64' in data || 'truncated' in data)) return;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.add(tool.hash);
    setImmediate(() => look(tool, data));
  };
}
