import { FaultError } from '../../../machines/schema/fault.ts';
import type { Tool } from '../../../machines/schema/tool.ts';
import type { Target, UpstreamRequest } from '../kind.ts';
import type { Binding } from './binding.ts';
import { nameOf, nullable } from './schema.ts';
import { storedIn } from './stored.ts';

export const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

type Select = typeof import('./select.ts').checkSelection;
let checkSelection: Select | undefined;

/** Loads what reads a caller's selection, which is needed for calls alone. */
export async function loadSelect(): Promise<void> {
  checkSelection ??= (await import('./select.ts')).checkSelection;
}

/** Makes the request of an operation (GraphQL over HTTP, section 5): arguments as variables, the default selection or the caller's. */
export function makeRequest(tool: Tool, input: Readonly<Record<string, unknown>>, target: Target): UpstreamRequest {
  const binding = tool.binding as unknown as Binding;
  const { operation, field, args, returns, servers } = binding;
  const url = target.baseUrl ?? servers[0];
  if (url === undefined) {
    throw new FaultError(
      'invalid_arguments',
      `No endpoint is known for ${tool.path}: a schema does not say where its API answers. Give the source a base URL.`,
    );
  }
  const given = Object.keys(args).filter(name => input[name] !== undefined);
  const declared = given.map(name => `$${name}: ${variableType(args[name]!)}`);
  const passed = given.map(name => `${name}: $${name}`);
  const inner = `${field}${inParentheses(passed)}${selectionOf(binding, input, target, returns)}`;
  const query = `${operation} ${field}${inParentheses(declared)} { ${inner} }`;
  const variables = Object.fromEntries(given.map(name => [name, input[name]]));
  return {
    method: 'POST',
    url,
    headers: { accept: ACCEPT, 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName: field, variables }),
  };
}

const inParentheses = (parts: readonly string[]): string => (parts.length > 0 ? `(${parts.join(', ')})` : '');

/** A variable for an argument with a default may be null where the argument may not (section 5.8.5). */
const variableType = (type: string): string => (type.endsWith('=') ? nullable(type.slice(0, -1)) : type);

function selectionOf({ selection }: Binding, input: Readonly<Record<string, unknown>>, { definition }: Target, returns: string): string {
  if (selection === undefined) return '';
  const { _select: wanted } = input;
  if (wanted === undefined) return ` ${selection}`;
  if (!checkSelection || !definition) throw new FaultError('internal', 'selections cannot be checked yet; try again');
  return ` ${checkSelection(String(wanted), nameOf(returns), storedIn(definition))}`;
}
