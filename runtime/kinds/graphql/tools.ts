import { FaultError } from '../../../machines/schema/fault.ts';
import type { JsonSchema, Tool } from '../../../machines/schema/tool.ts';
import { closureHashes, sha256 } from '../../schema/hash.ts';
import { referencesOf } from '../../schema/references.ts';
import { signature } from '../../schema/signature.ts';
import type { Indexed, IndexedTool, IndexInput } from '../kind.ts';
import type { Binding } from './binding.ts';
import { descriptionOf, keywordsOf, lineOf, selectDescription } from './describe.ts';
import { createInputs, type Inputs } from './input.ts';
import { fromIntrospection } from './introspection.ts';
import { createOutputs, type Outputs } from './output.ts';
import type { Field, Schema } from './schema.ts';
import { createSelector, printSelection, type Selection } from './selection.ts';
import { storedTypes } from './stored.ts';

/** A tool before its hash, which needs the definition table to be complete. */
type Draft = Omit<Tool, 'hash'> & { keywords: string; line: string };

/**
 * Makes the catalog of a GraphQL schema, which is the answer to an introspection or a text in the schema language.
 * @throws FaultError source_not_recognised when it is neither, or has nothing to call
 */
export async function indexGraphql({ namespace, bytes, url, endpoint, baseUrl }: IndexInput): Promise<Indexed> {
  const warnings: string[] = [];
  const schema = await read(bytes, warning => warnings.push(warning));
  const fields = { query: fieldsOf(schema, schema.query), mutation: fieldsOf(schema, schema.mutation) };
  if (fields.query.length + fields.mutation.length === 0) {
    throw new FaultError('source_not_recognised', 'The schema has neither queries nor mutations, so there is nothing to call.');
  }
  const server = baseUrl ?? (endpoint ? url : undefined);
  if (server === undefined)
    warnings.push('A schema does not say where its API answers: give the source a base URL before calling its tools.');
  const inputs = createInputs(schema);
  const outputs = createOutputs(inputs);
  const selectionOf = createSelector(schema);
  const servers = server === undefined ? [] : [server];
  const drafts = (['query', 'mutation'] as const).flatMap(operation =>
    fields[operation].map(field => draftTool({ schema, inputs, outputs, selectionOf, namespace, operation, field, servers })),
  );
  const table = inputs.complete();
  const hashes = closureHashes(table);
  const unsupported = unsupportedIn(schema);
  if (unsupported.length > 0) warnings.push(aboutSubscriptions(unsupported));
  const uploads = drafts.filter(({ inputSchema }) => referencesOf(inputSchema).has('Upload')).map(({ path }) => path);
  if (uploads.length > 0) warnings.push(`Files cannot be sent as arguments of the type Upload: ${some(uploads)}.`);
  return {
    name: server === undefined ? namespace : new URL(server).hostname,
    ...(server !== undefined && { baseUrl: server }),
    origins: server === undefined ? [] : [new URL(server).origin],
    tools: drafts.map(draft => finish(draft, name => table.get(name), hashes)),
    definitions: new Map([...table, ...storedTypes(schema)]),
    warnings,
    report: {
      operations: drafts.length,
      tools: drafts.length,
      bodiesDeclared: 0,
      bodiesSendable: 0,
      ...(unsupported.length > 0 && { unsupported }),
    },
  };
}

async function read(bytes: Uint8Array, warn: (warning: string) => void): Promise<Schema> {
  const text = textOf(bytes);
  if (text.trim() === '') throw new FaultError('source_not_recognised', 'There is nothing here: the document is empty.');
  // The parser is a good deal of code: it is loaded where it is needed.
  if (!/^\s*\{/.test(text)) return (await import('./sdl.ts')).fromSdl(text);
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new FaultError('source_not_recognised', `This is not the JSON of an introspection: ${(cause as Error).message}`, { cause });
  }
  return fromIntrospection(root, warn);
}

/** Buffer decodes several megabytes in half the time TextDecoder takes. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');

const fieldsOf = (schema: Schema, root: string | undefined): readonly Field[] => unique((root && schema.types.get(root)?.fields) || []);

/** A name that stands twice is an error of the schema; the first counts. */
function unique(fields: readonly Field[]): readonly Field[] {
  const seen = new Set<string>();
  return fields.filter(({ name }) => !seen.has(name) && seen.add(name));
}

interface Drafting {
  readonly schema: Schema;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly selectionOf: (type: string) => Selection | undefined;
  readonly namespace: string;
  readonly operation: 'query' | 'mutation';
  readonly field: Field;
  readonly servers: readonly string[];
}

function draftTool({ schema, inputs, outputs, selectionOf, namespace, operation, field, servers }: Drafting): Draft {
  const selection = selectionOf(field.type);
  const printed = selection && printSelection(selection);
  const { properties, required } = inputs.objectOf(field.args);
  const select = printed !== undefined && {
    _select: { type: 'string', minLength: 1, description: selectDescription(schema, field, printed) },
  };
  const binding: Binding = {
    servers,
    operation,
    field: field.name,
    args: Object.fromEntries(
      field.args.map(argument => [argument.name, argument.default === undefined ? argument.type : `${argument.type}=`]),
    ),
    returns: field.type,
    ...(printed !== undefined && { selection: printed }),
  };
  return {
    path: `${namespace}.${operation}.${field.name}`,
    source: namespace,
    description: descriptionOf(field, operation),
    effect: operation === 'query' ? 'read' : 'write',
    inputSchema: {
      type: 'object',
      properties: { ...properties, ...select },
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
    outputSchema: outputs(field.type, selection),
    binding: binding as unknown as Tool['binding'],
    keywords: keywordsOf(schema, field, operation),
    line: lineOf(field, operation),
  };
}

function finish(draft: Draft, lookup: (name: string) => JsonSchema | undefined, hashes: ReadonlyMap<string, string>): IndexedTool {
  const { keywords, line, ...tool } = draft;
  const reached = [...new Set([...referencesOf(tool.inputSchema), ...referencesOf(tool.outputSchema)])].sort();
  // All of it was built here, in an order of its own: as it is written it is the same for the same schema.
  const hash = sha256(JSON.stringify({ ...tool, source: undefined, definitions: reached.map(name => hashes.get(name)) }));
  const hit = {
    path: tool.path,
    source: tool.source,
    description: line,
    effect: tool.effect,
    signature: signature(withoutNull(tool.inputSchema), tool.outputSchema, lookup),
  };
  return { tool: { ...tool, hash }, hit, keywords };
}

/** In a list of tools, that an optional argument may also be null says nothing. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { properties = {}, ...rest } = schema as { properties?: Record<string, Record<string, unknown>> };
  const plain = Object.entries(properties).map(([name, { type, anyOf, ...property }]) => {
    const [first] = Array.isArray(type) ? type : [type];
    const branch = Array.isArray(anyOf) ? (anyOf[0] as Record<string, unknown>) : {};
    return [name, { ...property, ...branch, ...(first !== undefined && { type: first }) }];
  });
  return { ...rest, properties: Object.fromEntries(plain) };
}

/** What cannot be called, with the reason. */
const unsupportedIn = (schema: Schema): { operation: string; reason: string }[] =>
  fieldsOf(schema, schema.subscription).map(({ name }) => ({
    operation: `subscription.${name}`,
    reason: 'A subscription is a stream of events, not a call with one answer.',
  }));

const aboutSubscriptions = (unsupported: readonly { operation: string }[]): string =>
  `${unsupported.length} subscriptions are not supported, because a subscription is a stream of events, not a call with one answer: ${some(
    unsupported.map(({ operation }) => operation.slice('subscription.'.length)),
  )}.`;

const some = (names: readonly string[]): string =>
  `${names.slice(0, 20).join(', ')}${names.length > 20 ? `, and ${names.length - 20} more` : ''}`;
