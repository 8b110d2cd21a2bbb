import type { Tool } from '../../../machines/schema/tool.ts';
import type { Binding } from './binding.ts';

/**
 * The argument that carries the idempotency key, where the operation declares such a header.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function idempotencyArgument(tool: Tool): string | undefined {
  const { parameters } = tool.binding as unknown as Binding;
  const declared = parameters.find(parameter => parameter.in === 'header' && parameter.name.toLowerCase() === 'idempotency-key');
  return declared && (declared.as ?? declared.name);
}
