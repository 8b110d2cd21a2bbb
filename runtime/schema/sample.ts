import type { ErrorObject } from 'ajv';
import { sample as openapiSample } from 'openapi-sampler';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import { compile } from './engine.ts';
import { fits } from './fits.ts';
import { invent } from './invent.ts';
import { eachSchema, isSchemaObject, type Lookup, referencesIn, referencesOf } from './references.ts';

/** Definitions beyond which a sample is invented from what is required alone, because sampling them all would not end. */
const MOST = 400;
const ROUNDS = 12;
/** Alternatives of a `oneOf` that are tried. */
const ALTERNATIVES = 20;

/**
 * A sample input that validates against its own schema: what is required, with the document's examples where they fit. The sampler's
 * answer is taken first; where it is wrong, the value that is wrong is invented anew, and where nothing fits, the whole.
 */
export function sample(schema: JsonSchema, lookup: Lookup): unknown {
  const first = sampled(schema, lookup);
  if (fits(first, schema, lookup)) return first;
  const errorsOf = compile(schema, lookup);
  const drafts = [() => first, () => invent(schema, lookup), () => invent(schema, lookup, { plain: true })];
  let best: { value: unknown; errors: number } | undefined;
  for (const draft of drafts) {
    const value = repaired(draft(), errorsOf, lookup);
    const errors = errorsOf(value).length;
    if (errors === 0) return value;
    if (best === undefined || errors < best.errors) best = { value, errors };
  }
  return best?.value;
}

function sampled(schema: JsonSchema, lookup: Lookup): unknown {
  if (!isSchemaObject(schema)) return {};
  const spec = trimmed(schema, lookup);
  if (spec === undefined) return invent(schema, lookup);
  try {
    return openapiSample(spec, { skipNonRequired: true, skipReadOnly: true, quiet: true, maxSampleDepth: 8 }, spec);
  } catch {
    // The sampler gives up on some schemas; ours does not.
    return invent(schema, lookup);
  }
}

/** The schema with the definitions that its required arguments reach; undefined when there are too many. */
function trimmed(schema: Record<string, unknown>, lookup: Lookup): Record<string, unknown> | undefined {
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const wanted = neededOf(schema);
  const kept = Object.fromEntries([...wanted].flatMap(name => (Object.hasOwn(properties, name) ? [[name, properties[name]]] : [])));
  const { dependentRequired: _d, anyOf: _a, oneOf: _o, allOf: _all, ...rest } = schema;
  const root = { ...rest, properties: kept, required: [...wanted], additionalProperties: false };
  const $defs: Record<string, JsonSchema> = {};
  const waiting = [...referencesOf(root)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (Object.hasOwn($defs, name)) continue;
    if (Object.keys($defs).length >= MOST) return undefined;
    const definition = lookup(name) ?? {};
    $defs[name] = definition;
    waiting.push(...referencesIn(definition));
  }
  // The sampler knows no boolean schemas.
  const copy = structuredClone({ ...root, $defs });
  eachSchema(copy, node => {
    for (const key of ['properties', '$defs'] as const) {
      const map = node[key];
      if (isSchemaObject(map)) for (const name of Object.keys(map)) if (typeof map[name] === 'boolean') map[name] = {};
    }
    if (typeof node.items === 'boolean') node.items = {};
  });
  return copy;
}

/** What is required, what an optional body requires once it is there, and the first of each choice. */
export function neededOf(schema: Record<string, unknown>): Set<string> {
  const strings = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  const needed = new Set(strings(schema.required));
  if (isSchemaObject(schema.dependentRequired))
    for (const names of Object.values(schema.dependentRequired)) for (const name of strings(names)) needed.add(name);
  const choices = [schema, ...(Array.isArray(schema.allOf) ? schema.allOf : [])].filter(isSchemaObject);
  for (const choice of choices) {
    for (const key of ['anyOf', 'oneOf'] as const) {
      const members: unknown[] = Array.isArray(choice[key]) ? choice[key] : [];
      const sets = members.map(member => strings(isSchemaObject(member) ? member.required : undefined));
      if (sets.length > 0 && !sets.some(set => set.every(name => needed.has(name)))) for (const name of sets[0]!) needed.add(name);
    }
  }
  return needed;
}

/** Replaces what does not validate, piece by piece, by something invented for the very schema that complains. */
function repaired(value: unknown, errorsOf: ReturnType<typeof compile>, lookup: Lookup): unknown {
  let current = value;
  for (let round = 0; round < ROUNDS; round++) {
    const errors = errorsOf(current);
    if (errors.length === 0) return current;
    const [error] = [...errors].sort((a, b) => b.instancePath.length - a.instancePath.length);
    const { additionalProperty } = error!.params as { additionalProperty?: string };
    if (error!.keyword === 'additionalProperties' && additionalProperty !== undefined) {
      current = removed(current, `${error!.instancePath}/${additionalProperty.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    } else if (error!.keyword === 'oneOf') {
      current = chosen(current, error!, errorsOf, lookup) ?? replaced(current, error!.instancePath, anew(error!, lookup, round));
    } else {
      current = replaced(current, error!.instancePath, anew(error!, lookup, round));
    }
  }
  return current;
}

const anew = (error: ErrorObject, lookup: Lookup, round: number): unknown =>
  invent((error.parentSchema ?? {}) as JsonSchema, lookup, { plain: round > 3 });

/** The first alternative that is the only one its value fits; undefined when each is like another. */
function chosen(current: unknown, error: ErrorObject, errorsOf: ReturnType<typeof compile>, lookup: Lookup): unknown {
  const { oneOf, ...rest } = (error.parentSchema ?? {}) as { oneOf?: unknown };
  const before = errorsOf(current).length;
  for (const member of Array.isArray(oneOf) ? oneOf.slice(0, ALTERNATIVES) : []) {
    const next = replaced(current, error.instancePath, invent({ ...rest, oneOf: [member] } as JsonSchema, lookup));
    if (errorsOf(next).length < before) return next;
  }
  return undefined;
}

const segmentsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

function replaced(root: unknown, pointer: string, value: unknown): unknown {
  const segments = segmentsOf(pointer);
  if (segments.length === 0) return value;
  const copy = structuredClone(root);
  const parent = segments.slice(0, -1).reduce<unknown>((node, segment) => (node as Record<string, unknown> | undefined)?.[segment], copy);
  if (typeof parent === 'object' && parent !== null) (parent as Record<string, unknown>)[segments.at(-1)!] = value;
  return copy;
}

function removed(root: unknown, pointer: string): unknown {
  const copy = structuredClone(root);
  const segments = segmentsOf(pointer);
  const parent = segments.slice(0, -1).reduce<unknown>((node, segment) => (node as Record<string, unknown> | undefined)?.[segment], copy);
  if (typeof parent === 'object' && parent !== null) delete (parent as Record<string, unknown>)[segments.at(-1)!];
  return copy;
}
