import type { JsonSchema } from '../../../machines/schema/tool.ts';
import type { BoundParameter } from './binding.ts';
import type { Definitions } from './definitions.ts';
import type { Parameter } from './operation.ts';

/** A parameter as an argument, and as what a request is made with. */
interface Argument {
  readonly schema: JsonSchema;
  readonly bound: BoundParameter;
}

const made = new WeakMap<Parameter, Argument>();

/** Made once of a parameter, however many operations have it. */
export function argumentOf(definitions: Definitions, parameter: Parameter): Argument {
  const known = made.get(parameter) ?? { schema: schemaOf(definitions, parameter), bound: boundOf(parameter) };
  made.set(parameter, known);
  return known;
}

function schemaOf(definitions: Definitions, { in: place, schema, description, example }: Parameter): JsonSchema {
  const converted = definitions.once(schema);
  return described(place === 'path' ? neverEmpty(converted) : converted, description, example);
}

/** An empty path value would be another address. Said in the schema, so that nobody is asked to approve what cannot be sent. */
const neverEmpty = (schema: JsonSchema): JsonSchema =>
  typeof schema === 'object' && schema.type === 'string' && schema.enum === undefined && schema.minLength === undefined
    ? { ...schema, minLength: 1 }
    : schema;

/** How a parameter is written; `as` is the argument it is taken from, where that is not its name. */
export function boundOf({ name, in: place, style, explode, allowReserved, content }: Parameter, as = name): BoundParameter {
  return {
    name,
    in: place,
    ...(as !== name && { as }),
    ...(style !== undefined && { style }),
    ...(explode !== undefined && { explode }),
    ...(allowReserved && { allowReserved }),
    ...(content !== undefined && { content }),
  };
}

/** A schema with what the document says of it where it is used. */
export function described(schema: JsonSchema, description: string | undefined, example?: unknown): JsonSchema {
  if (schema === false) return schema;
  const base = schema === true ? {} : schema;
  const withExample = example !== undefined && base.examples === undefined && JSON.stringify(example).length < 500;
  return {
    ...(description !== undefined && { description }),
    ...base,
    ...(description !== undefined && { description }),
    ...(withExample && { examples: [example] }),
  };
}
