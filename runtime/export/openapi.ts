import type { JsonSchema, Tool } from '../../machines/schema/tool.ts';
import { eachSchema, isSchemaObject } from '../schema/references.ts';
import { VERSION } from '../version.ts';
import type { Part } from './catalog-reader.ts';
import { ENVELOPE_PARAMETERS, ENVELOPE_RESPONSES, ENVELOPE_SCHEMAS } from './openapi-envelope.ts';
import { createPace } from './pace.ts';

/**
 * The catalog as an OpenAPI 3.1 document: one `POST /api/tools/invoke/<path>` for each tool, with its whole schemas and the envelope of
 * `invoke` around its output. Definitions are shared under `components/schemas`.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export async function openapiDocument(parts: readonly Part[]): Promise<string> {
  const paths: string[] = [];
  const schemas = Object.entries(ENVELOPE_SCHEMAS).map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`);
  const tags: string[] = [];
  const pause = createPace();
  for (const part of parts) {
    const names = createComponentNames(part.namespace);
    let isEmpty = true;
    for await (const tool of part.tools()) {
      isEmpty = false;
      paths.push(`${JSON.stringify(`/api/tools/invoke/${tool.path}`)}:{"post":${JSON.stringify(operationOf(tool, names))}}`);
      await pause();
    }
    if (isEmpty) continue;
    tags.push(JSON.stringify({ name: part.namespace, description: part.name }));
    for await (const [name, schema] of part.definitions()) {
      schemas.push(`${JSON.stringify(names(name))}:${JSON.stringify(relinked(schema, names))}`);
      await pause();
    }
  }
  const head = {
    openapi: '3.1.0',
    info: { title: 'executor', version: VERSION, description: 'Every tool of this catalog, called under its policies.' },
    servers: [{ url: 'http://127.0.0.1:4788' }],
    security: [{ token: [] }],
  };
  const securitySchemes = { token: { type: 'http', scheme: 'bearer', description: 'A token of this executor' } };
  const components = `"schemas":{${schemas.join(',\n')}},"parameters":${JSON.stringify(ENVELOPE_PARAMETERS)},"responses":${JSON.stringify(ENVELOPE_RESPONSES)},"securitySchemes":${JSON.stringify(securitySchemes)}`;
  return `${JSON.stringify(head).slice(0, -1)},"tags":[${tags.join(',')}],\n"paths":{${paths.join(',\n')}},\n"components":{${components}}}\n`;
}

type Names = (definition: string) => string;

/** Keys of `components` may have letters, digits and `._-` only; two names that become the same get a number. */
function createComponentNames(namespace: string): Names {
  const given = new Map<string, string>();
  const used = new Set<string>();
  return definition => {
    const known = given.get(definition);
    if (known) return known;
    const wanted = `${namespace}.${definition.replace(/[^A-Za-z0-9._-]/g, '_')}`;
    let name = wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted}_${n}`;
    used.add(name);
    given.set(definition, name);
    return name;
  };
}

function operationOf(tool: Tool, names: Names): object {
  const description = tool.description.trim();
  return {
    operationId: tool.path,
    tags: [tool.source],
    summary: tool.title ?? tool.path,
    ...(description !== '' && { description }),
    'x-executor-effect': tool.effect,
    parameters: Object.keys(ENVELOPE_PARAMETERS).map(name => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: {
      required: isSchemaObject(tool.inputSchema) && Array.isArray(tool.inputSchema.required) && tool.inputSchema.required.length > 0,
      content: { 'application/json': { schema: relinked(tool.inputSchema, names) } },
    },
    responses: {
      '200': {
        description: 'The tool answered: its data, or its own failure',
        content: { 'application/json': { schema: answerOf(tool, names) } },
      },
      '202': { $ref: '#/components/responses/Paused' },
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

const answerOf = ({ outputSchema = {} }: Tool, names: Names): object => ({
  oneOf: [
    {
      type: 'object',
      required: ['ok', 'data', 'executionId'],
      properties: {
        ok: { const: true },
        data: relinked(outputSchema, names),
        executionId: { type: 'string' },
        http: { $ref: '#/components/schemas/executor.Http' },
      },
    },
    { $ref: '#/components/schemas/executor.Failure' },
  ],
});

const PREFIX = '#/$defs/';

/** A schema whose references lead into `components`. It was parsed for this, so it is changed in place. */
function relinked(schema: JsonSchema, names: Names): JsonSchema {
  eachSchema(schema, node => {
    if (typeof node.$ref === 'string' && node.$ref.startsWith(PREFIX)) {
      node.$ref = `#/components/schemas/${names(node.$ref.slice(PREFIX.length))}`;
    }
  });
  return schema === true ? {} : schema;
}
