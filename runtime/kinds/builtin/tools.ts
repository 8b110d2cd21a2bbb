import type { TSchema } from '@sinclair/typebox';
import type { JsonSchema, Tool, ToolHit } from '../../../machines/schema/tool.ts';
import { hashOf } from '../../canonical.ts';
import { INPUTS } from './schemas.ts';

/** The namespace of the built-in tools; no source can take it. */
export const BUILTIN = 'executor';

const entries: [name: string, effect: Tool['effect'], asks: boolean, input: TSchema, description: string][] = [
  ['sources.detect', 'read', true, INPUTS.detect, 'Look what kind of API is at an address, without adding it'],
  ['sources.list', 'read', false, INPUTS.none, 'List the sources with their kind, state and number of tools'],
  ['sources.remove', 'destructive', true, INPUTS.namespace, 'Remove a source with its tools and credentials'],
  ['sources.refresh', 'write', true, INPUTS.namespace, "Fetch a source's description again and say what changed"],
  ['openapi.addSource', 'write', true, INPUTS.openapi, 'Add an API by its OpenAPI or Swagger description'],
  ['graphql.addSource', 'write', true, INPUTS.graphql, 'Add a GraphQL endpoint'],
  ['mcp.addSource', 'write', true, INPUTS.mcp, 'Add an MCP server, by its address or the command that starts it'],
  ['policies.list', 'read', false, INPUTS.none, 'List the rules on what may run, asks or is blocked'],
  ['policies.set', 'write', true, INPUTS.rule, 'Set a rule on what may run, asks or is blocked'],
  ['policies.remove', 'destructive', true, INPUTS.policyId, 'Remove a rule by its id'],
  ['connections.list', 'read', false, INPUTS.connections, 'List the accounts that are connected, without their secrets'],
  ['connections.startOAuth', 'write', true, INPUTS.oauth, 'Begin a login: gives the link that the person opens'],
  ['connections.handoff', 'write', true, INPUTS.handoff, 'Give the link where the person types a key or password for a source'],
];

/** The built-in tools: the executor's own administration, as tools that ask. */
export const builtinTools: ReadonlyMap<string, Tool> = new Map(
  entries.map(([name, effect, asks, input, description]) => {
    const inputSchema = JSON.parse(JSON.stringify(input)) as JsonSchema;
    const told = { path: `${BUILTIN}.${name}`, source: BUILTIN, description, effect, inputSchema, binding: { builtin: name, asks } };
    return [told.path, { ...told, hash: hashOf(told) }];
  }),
);

/** What search knows of them. */
export const builtinHits = (signature: (tool: Tool) => string): { hit: ToolHit; keywords: string }[] =>
  [...builtinTools.values()].map(tool => {
    const { path, source, description, effect } = tool;
    return { hit: { path, source, description, effect, signature: signature(tool) }, keywords: 'executor administration' };
  });
