import { FaultError } from '../../../machines/schema/fault.ts';
import type { Effect, JsonSchema, Tool } from '../../../machines/schema/tool.ts';
import { canonical, sha256 } from '../../schema/hash.ts';
import { signature } from '../../schema/signature.ts';
import { originOf } from '../../target.ts';
import type { Indexed, IndexedTool, IndexInput } from '../kind.ts';
import { type Description, decodeDescription, type ListedTool } from './description.ts';
import { hoist } from './schema.ts';
import { visible, visibleSchema } from './visible.ts';

/** What a call needs to know of its tool. */
export interface McpBinding {
  readonly endpoint: string;
  /** The server's own name for it. */
  readonly name: string;
  /** The schema, when parts of the arguments go into headers too. @see https://modelcontextprotocol.io/community/seps/2243 */
  readonly mirrored?: unknown;
  /** The tool as the server lists it, for a surface that shows it as it is; its texts hide nothing. */
  readonly listed?: Readonly<Record<string, unknown>>;
}

/** Makes a catalog of what a server said of itself. */
export function indexMcp({ namespace, bytes, trusted = false }: IndexInput): Indexed {
  const description = decodeDescription(bytes);
  if (!description) throw new FaultError('source_not_recognised', 'this is no list of tools of an MCP server');
  const definitions = new Map<string, JsonSchema>();
  const paths = pathsOf(namespace, description.tools);
  const warnings = [...description.warnings];
  const tools = description.tools.map(listed =>
    toolOf(listed, { namespace, path: paths.get(listed.name)!, endpoint: description.endpoint, trusted, definitions, warnings }),
  );
  const { length } = tools;
  return {
    name: nameOf(description),
    ...(!description.endpoint.startsWith('stdio:') && { baseUrl: description.endpoint }),
    origins: [originOf(description.endpoint)],
    tools,
    definitions,
    warnings,
    report: { operations: length, tools: length, bodiesDeclared: 0, bodiesSendable: 0 },
  };
}

export const nameOf = ({ server }: Pick<Description, 'server'>): string =>
  visible(server.title ?? server.name).slice(0, 120) || 'MCP server';

/** `<ns>.<name>`, with what no path may have replaced. The same names give the same paths, in whatever order they are listed. */
function pathsOf(namespace: string, tools: readonly ListedTool[]): Map<string, string> {
  const taken = new Set<string>();
  const paths = new Map<string, string>();
  for (const { name } of [...tools].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const plain =
      name
        .replace(/[^A-Za-z0-9_.-]/g, '_')
        .replace(/^\.+|\.+$/g, '')
        .replace(/\.{2,}/g, '.')
        .slice(0, 200) || 'tool';
    let path = `${namespace}.${plain}`;
    for (let n = 2; taken.has(path); n++) path = `${namespace}.${plain}_${n}`;
    taken.add(path);
    paths.set(name, path);
  }
  return paths;
}

interface Surroundings {
  readonly namespace: string;
  readonly path: string;
  readonly endpoint: string;
  readonly trusted: boolean;
  readonly definitions: Map<string, JsonSchema>;
  readonly warnings: string[];
}

function toolOf(listed: ListedTool, { namespace, path, endpoint, trusted, definitions, warnings }: Surroundings): IndexedTool {
  const inputSchema = hoist(inputOf(listed, warnings), `${path}.input`, definitions);
  const outputSchema = hoist(resultSchema(listed.outputSchema), `${path}.output`, definitions);
  const title = listed.title ?? listed.annotations?.title;
  const binding: McpBinding = {
    endpoint,
    name: listed.name,
    ...(JSON.stringify(listed.inputSchema ?? null).includes('"x-mcp-header"') && { mirrored: listed.inputSchema }),
    listed: visibleSchema({ ...listed }),
  };
  const tool: Tool = {
    path,
    source: namespace,
    ...(typeof title === 'string' && { title: visible(title) }),
    description: visible(typeof listed.description === 'string' ? listed.description : ''),
    effect: effectOf(listed.annotations ?? {}, trusted),
    inputSchema,
    outputSchema,
    // Of what the server said, to the letter: also a change nobody would see is a change. Whether it is trusted is not its word.
    hash: sha256(canonical({ ...listed, path, endpoint })),
    binding: { ...binding },
  };
  const lookup = (name: string) => definitions.get(name);
  return {
    tool,
    hit: {
      path,
      source: namespace,
      description: tool.description,
      effect: tool.effect,
      signature: signature(inputSchema, outputSchema, lookup),
    },
    keywords: [title, ...Object.keys(propertiesOf(inputSchema))].filter(word => typeof word === 'string').join(' '),
  };
}

/**
 * What a server says of its own tools never makes them more harmless than the default; it can make them less so. Only of a server that
 * the owner trusts a read is believed.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations
 */
function effectOf({ readOnlyHint, destructiveHint }: Readonly<Record<string, unknown>>, trusted: boolean): Effect {
  if (trusted && readOnlyHint === true) return 'read';
  return destructiveHint === true && readOnlyHint !== true ? 'destructive' : 'write';
}

const propertiesOf = (schema: JsonSchema): Record<string, unknown> =>
  typeof schema === 'object' && typeof schema.properties === 'object' && schema.properties !== null
    ? (schema.properties as Record<string, unknown>)
    : {};

/** The schema of an input; one that is none lets everything through, as the server will say what it minds. */
function inputOf({ name, inputSchema }: ListedTool, warnings: string[]): JsonSchema {
  if (typeof inputSchema !== 'object' || inputSchema === null || Array.isArray(inputSchema)) {
    warnings.push(`${visible(name)}: its input schema is no object, so any arguments are passed on`);
    return { type: 'object' };
  }
  const schema = visibleSchema(inputSchema) as Record<string, unknown>;
  const names = schema.properties;
  // Unknown arguments are errors (CONTRACT, section 3) where the server says which there are, and does not say that there may be others.
  const isOpen = schema.additionalProperties !== undefined || typeof names !== 'object' || names === null || isComposed(schema);
  return { ...schema, type: 'object', ...(!isOpen && { additionalProperties: false }) };
}

const isComposed = (schema: Record<string, unknown>): boolean =>
  ['allOf', 'anyOf', 'oneOf', '$ref', 'if', 'patternProperties', 'dependentSchemas'].some(key => schema[key] !== undefined);

/** What a call gives: the content as it came, and beside it the structured form where the server has one. */
function resultSchema(structured: unknown): JsonSchema {
  const isSchema = typeof structured === 'object' && structured !== null && !Array.isArray(structured);
  return {
    type: 'object',
    properties: {
      content: {
        type: 'array',
        items: { type: 'object', properties: { type: { type: 'string' }, text: { type: 'string' } }, required: ['type'] },
      },
      ...(isSchema && { structuredContent: visibleSchema(structured) as JsonSchema }),
    },
    required: ['content', ...(isSchema ? ['structuredContent'] : [])],
  };
}
