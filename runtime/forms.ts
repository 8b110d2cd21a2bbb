import type { Interaction } from '../machines/schema/call.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { JsonSchema } from '../machines/schema/tool.ts';
import { hoist } from './kinds/mcp/schema.ts';
import { complaint } from './schema/complaint.ts';
import { compile } from './schema/engine.ts';

/**
 * Checks what was filled into a form against what was asked for. A form that is only an address takes nothing.
 * @throws FaultError invalid_arguments naming the field; nothing has changed then
 */
export function checkForm({ schema, url }: Interaction, content: Record<string, unknown> | undefined): void {
  if (schema === undefined) {
    if (content && Object.keys(content).length > 0) {
      throw new FaultError('invalid_arguments', `this form takes no content: ${url ? `open ${url}, then accept` : 'accept or decline it'}`);
    }
    return;
  }
  const definitions = new Map<string, JsonSchema>();
  const inputSchema = closed(hoist(schema as JsonSchema, 'form', definitions));
  const lookup = (name: string) => definitions.get(name);
  const errors = compile(inputSchema, lookup)(content ?? {});
  if (errors.length === 0) return;
  const tool = { path: 'content', hash: '', source: '', inputSchema };
  const [message, options] = complaint(tool, errors, content ?? {}, lookup);
  throw new FaultError('invalid_arguments', `content: ${message}`, options);
}

/** What the server did not ask for it is not told. */
const closed = (schema: JsonSchema): JsonSchema =>
  typeof schema === 'object' && schema.additionalProperties === undefined ? { ...schema, additionalProperties: false } : schema;
