import { Ajv2020 } from 'ajv/dist/2020.js';
import { toFault } from '../../machines/schema/fault.ts';
import type { JsonSchema, Tool } from '../../machines/schema/tool.ts';
import { openapi } from '../../runtime/kinds/openapi/openapi.ts';
import { compile } from '../../runtime/schema/engine.ts';
import { definitionOf, eachSchema, isSchemaObject, type Lookup } from '../../runtime/schema/references.ts';
import { sample } from '../../runtime/schema/sample.ts';

/** What one document came to. */
export interface Checked {
  readonly operations: number;
  readonly tools: number;
  readonly bodiesDeclared: number;
  readonly bodiesSendable: number;
  readonly samples: number;
  readonly milliseconds: number;
  readonly warnings: readonly string[];
  /** Cause and where. */
  readonly failures: readonly (readonly [cause: string, where: string])[];
  readonly refused?: string;
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']);

/** Counted without the indexer's help, straight from the document; undefined for what is no JSON. */
function operationsIn(bytes: Uint8Array): number | undefined {
  try {
    const { paths = {} } = JSON.parse(Buffer.from(bytes).toString()) as { paths?: Record<string, Record<string, unknown>> };
    return Object.entries(paths)
      .filter(([path]) => !path.startsWith('x-'))
      .reduce((n, [, item]) => n + Object.keys(item ?? {}).filter(key => METHODS.has(key)).length, 0);
  } catch {
    // YAML, or no document at all: the indexer's own count has to do.
    return undefined;
  }
}

/** Indexes a document and checks what must hold of each of its tools. */
export async function checkDocument(name: string, bytes: Uint8Array, everyTool: number): Promise<Checked> {
  const expected = operationsIn(bytes);
  const failures: [string, string][] = [];
  const nothing = { operations: 0, tools: 0, bodiesDeclared: 0, bodiesSendable: 0, samples: 0, milliseconds: 0, warnings: [] };
  const from = performance.now();
  try {
    const { report, tools, definitions, warnings } = await openapi.index({
      namespace: 'ns',
      bytes,
      url: `https://documents.example/${name}`,
    });
    const milliseconds = performance.now() - from;
    if (tools.length !== (expected ?? report.operations))
      failures.push(['tools are not as many as operations', `${name}: ${tools.length} of ${expected}`]);
    if (new Set(tools.map(({ tool }) => tool.path)).size !== tools.length) failures.push(['two tools of one path', name]);
    const lookup: Lookup = definition => definitions.get(definition);
    const stranger = strangerTo(definitions);
    let samples = 0;
    for (const [at, { tool }] of tools.entries()) {
      if (!/^ns\.[^.\s]+\.[^.\s]+$/.test(tool.path)) failures.push(['a path that is not three names', `${name} ${tool.path}`]);
      if (at % everyTool !== 0) continue;
      samples++;
      const failure = checkTool(tool, lookup, stranger);
      if (failure) failures.push([failure[0], `${name} ${tool.path} ${failure[1]}`]);
    }
    const { operations, bodiesDeclared, bodiesSendable } = report;
    return { operations, tools: tools.length, bodiesDeclared, bodiesSendable, samples, milliseconds, warnings, failures };
  } catch (error) {
    const { code, message } = toFault(error);
    return { ...nothing, failures, refused: `${code}: ${message.slice(0, 160)}` };
  }
}

type Stranger = (schema: JsonSchema, input: unknown) => string | undefined;

/**
 * A plain Ajv 2020-12 that knows none of our ways: compiles the schema, checks a sample, and says what is wrong. The definitions are
 * given to it one by one, so that each is compiled once for a document and not once for every tool.
 */
function strangerTo(definitions: ReadonlyMap<string, JsonSchema>): Stranger {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false, addUsedSchema: false });
  for (const [name, schema] of definitions) ajv.addSchema(elsewhere(schema), addressOf(name));
  return (schema, input) => {
    const validate = ajv.compile(elsewhere(schema));
    return validate(input) ? undefined : ajv.errorsText(validate.errors);
  };
}

const addressOf = (name: string): string => `https://definitions.example/${encodeURIComponent(name)}`;

/** A copy whose references lead to the definition's own address. */
function elsewhere(schema: JsonSchema): Record<string, unknown> {
  if (!isSchemaObject(schema)) return schema === false ? { not: {} } : {};
  const copy = structuredClone(schema);
  eachSchema(copy, node => {
    const name = definitionOf(node.$ref);
    if (name !== undefined) node.$ref = addressOf(name);
  });
  return copy;
}

function checkTool(tool: Tool, lookup: Lookup, stranger: Stranger): [cause: string, details: string] | undefined {
  try {
    const input = sample(tool.inputSchema, lookup) as Record<string, unknown>;
    const [error] = compile(tool.inputSchema, lookup)(input);
    const told = JSON.stringify(input).slice(0, 200);
    if (error) return [`the sample does not validate: ${error.keyword}`, `${error.instancePath} ${error.message} ${told}`];
    openapi.request(tool, input, { baseUrl: 'https://api.example.com' });
    const said = stranger(tool.inputSchema, input);
    return said === undefined ? undefined : ['the sample does not validate in a plain Ajv', `${said.slice(0, 200)} ${told}`];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [`threw: ${message.replace(/`[^`]*`|"[^"]*"/g, '…').slice(0, 90)}`, message.slice(0, 200)];
  }
}
