import type { Ajv as AjvCore, ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import { definitionOf, eachSchema, isSchemaObject, type Lookup } from './references.ts';

/**
 * Ajv, compiling what data reaches and nothing else. The closures of some documents have thousands of definitions and their forms hundreds of
 * arguments, of which a call touches a few; compiling them whole takes up to a second.
 *
 * 1. A reference becomes the keyword below with the definition's name; a large property of an object, with its schema.
 * 2. What stands behind the keyword is compiled when a value gets there, and kept: definitions as long as their `lookup`.
 * 3. One engine serves all schemas and keeps nothing of what it compiled.
 */

/** What stands where something is compiled later: the name of a definition, or a schema. */
export const LATER = 'x-executor-later';

/** Marks the schema path of an error that came from there. */
export const FROM_LATER = '@';

/** Schemas up to this many nodes are compiled in place. */
const SMALL = 6;

/** Compiles one schema; what comes back gives all errors of an input. */
export function compile(schema: JsonSchema, lookup: Lookup): (input: unknown) => ErrorObject[] {
  const validate = compiled(schema);
  return input => {
    try {
      return validate.call(lookup, input) ? [] : [...(validate.errors ?? [])];
    } catch (error) {
      // A definition that refers to nothing but itself has no end; it restrains nothing either.
      if (error instanceof RangeError) return [];
      throw error;
    }
  };
}

const engine = new Ajv2020({
  strict: false,
  allErrors: true,
  verbose: true,
  validateSchema: false,
  logger: false,
  addUsedSchema: false,
  passContext: true,
  // A third of the time to compile goes into making the code shorter; it is run a few times, and V8 does not mind.
  code: { optimize: false },
});
addFormats.default(engine as unknown as AjvCore);
engine.addKeyword({ keyword: LATER, errors: 'full', compile: (target: string | Record<string, unknown>) => follower(target) });

/** Whether a value is of a format, as the validator has it: one it does not know restrains nothing, and most restrain texts only. */
export function hasFormat(value: unknown, name: string): boolean {
  const format = engine.formats[name];
  if (!format || format === true) return true;
  if (typeof format !== 'object' || format instanceof RegExp) return typeof value !== 'string' || matches(format, value);
  return (format.type === 'number' ? typeof value !== 'number' : typeof value !== 'string') || matches(format.validate, value);
}

const matches = (test: unknown, value: unknown): boolean =>
  typeof test === 'function' ? Boolean(test(value)) : new RegExp(test as RegExp | string).test(String(value));

function follower(target: string | Record<string, unknown>): DataValidateFunction {
  let own: ValidateFunction | undefined;
  const follow: DataValidateFunction = function (this: Lookup, data, position) {
    if (typeof target !== 'string') own ??= compiled(target);
    const validate = own ?? definition(this, String(target));
    if (validate.call(this, data)) return true;
    const at = position?.instancePath ?? '';
    const errors = validate.errors ?? [];
    follow.errors = errors.map(error => ({ ...error, instancePath: at + error.instancePath, schemaPath: FROM_LATER + error.schemaPath }));
    return false;
  };
  return follow;
}

const definitions = new WeakMap<Lookup, Map<string, ValidateFunction>>();

function definition(lookup: Lookup, name: string): ValidateFunction {
  const mine = definitions.get(lookup) ?? new Map<string, ValidateFunction>();
  definitions.set(lookup, mine);
  const validate = mine.get(name) ?? compiled(lookup(name) ?? true);
  mine.set(name, validate);
  return validate;
}

/** What was compiled of a schema, for as long as the schema is there: checking arguments and making samples share it. */
const known = new WeakMap<object, ValidateFunction>();

function compiled(schema: JsonSchema): ValidateFunction {
  const before = isSchemaObject(schema) ? known.get(schema) : undefined;
  if (before) return before;
  const copy = postponed(schema);
  const validate = engine.compile(copy);
  engine.removeSchema(copy);
  if (isSchemaObject(schema)) known.set(schema, validate);
  return validate;
}

/** A copy whose references and large properties are compiled later. */
function postponed(schema: JsonSchema): Record<string, unknown> {
  if (!isSchemaObject(schema)) return schema === false ? { not: {} } : {};
  const { properties, ...rest } = schema;
  const copy = structuredClone(rest);
  if (isSchemaObject(properties)) {
    copy.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, isLarge(property) ? { [LATER]: property } : structuredClone(property)]),
    );
  }
  eachSchema(copy, node => {
    const name = definitionOf(node.$ref);
    if (name === undefined || node[LATER] !== undefined) return;
    delete node.$ref;
    node[LATER] = name;
  });
  return copy;
}

function isLarge(schema: unknown): boolean {
  let nodes = 0;
  eachSchema(schema, () => {
    nodes++;
  });
  return nodes > SMALL;
}

/** A schema as it was before, for people to read. */
export function restored(schema: Record<string, unknown>): Record<string, unknown> {
  const copy = structuredClone(schema);
  eachSchema(copy, node => {
    const target = node[LATER];
    if (target === undefined) return;
    delete node[LATER];
    Object.assign(node, typeof target === 'string' ? { $ref: `#/$defs/${target}` } : structuredClone(target));
  });
  return copy;
}
