import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { argumentOf, boundOf, described } from './argument.ts';
import { type BoundBody, type BoundParameter, RESERVED } from './binding.ts';
import { type ReadMedia, readMedia } from './body.ts';
import type { Definitions } from './definitions.ts';
import { isRange } from './media.ts';
import type { Operation, Parameter } from './operation.ts';
import type { Reading } from './refs.ts';

/** The flat input of an operation (CONTRACT, section 3) and how its arguments become a request. */
export interface Input {
  readonly schema: Record<string, unknown>;
  readonly parameters: readonly BoundParameter[];
  readonly body?: BoundBody;
  /** Argument names, for search. */
  readonly names: readonly string[];
}

interface Draft {
  properties: Record<string, JsonSchema>;
  required: string[];
  taken: Set<string>;
}

/** Headers no caller may set; documents declare them all the same (CONTRACT, section 3). */
export const FORBIDDEN_HEADER =
  /^(host|cookie|authorization|content-.*|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|date|via|forwarded|x-forwarded-.*)$/i;

const ORDER = ['path', 'query', 'querystring', 'header', 'cookie'];

export function flatInput(doc: Reading, definitions: Definitions, operation: Operation, servers: readonly string[]): Input {
  const draft: Draft = { properties: {}, required: [], taken: new Set(RESERVED) };
  const parameters = sendable(doc, operation)
    .sort((a, b) => ORDER.indexOf(a.in) - ORDER.indexOf(b.in))
    .map(parameter => bindParameter(definitions, parameter, draft));
  const read = operation.body ? readMedia(doc, definitions, operation.body) : [];
  if (operation.body && read.length === 0)
    doc.warn(`${operation.method.toUpperCase()} ${operation.path} declares a body of no media type, which cannot be sent`);
  const bound = read.length > 0 ? bindBody(definitions, operation, read, draft) : undefined;
  const names = Object.keys(draft.properties);
  chooseMedia(read, draft);
  if (servers.length > 1) {
    draft.properties._server = { type: 'string', enum: [...servers], description: `The server to call; ${servers[0]} when absent.` };
  }
  const schema = {
    type: 'object',
    properties: draft.properties,
    ...(draft.required.length > 0 && { required: draft.required }),
    ...bound?.constraints,
    additionalProperties: bound?.open ?? false,
  };
  return { schema, parameters, ...(bound && { body: bound.body }), names };
}

/** The parameters that can be sent: what the template names without declaring is added, what cannot be set by a caller is left out. */
function sendable(doc: Reading, { path, parameters }: Operation): Parameter[] {
  const named = new Set([...path.split(/[?#]/, 1)[0]!.matchAll(/\{([^{}]+)\}/g)].map(match => match[1]!));
  const kept = parameters.filter(parameter => {
    if (parameter.in === 'path' && !named.has(parameter.name)) {
      doc.warn(`${path} has no place for its path parameter ${parameter.name}`);
      return false;
    }
    if (parameter.in === 'header' && FORBIDDEN_HEADER.test(parameter.name)) {
      doc.warn(`header ${parameter.name} is not a caller's to set and was left out`);
      return false;
    }
    return true;
  });
  const declared = new Set(kept.filter(parameter => parameter.in === 'path').map(parameter => parameter.name));
  const missing = [...named].filter(name => !declared.has(name));
  return [...missing.map((name): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string' } })), ...kept];
}

function take(draft: Draft, name: string, place: string): string {
  let free = name;
  for (let n = 1; draft.taken.has(free); n++) free = n === 1 ? `${name}_${place}` : `${name}_${place}_${n}`;
  draft.taken.add(free);
  return free;
}

function bindParameter(definitions: Definitions, parameter: Parameter, draft: Draft): BoundParameter {
  const { name, in: place, required } = parameter;
  const as = take(draft, name, place);
  const { schema, bound } = argumentOf(definitions, parameter);
  draft.properties[as] = schema;
  if (required && !(place === 'header' && name.toLowerCase() === 'accept')) draft.required.push(as);
  return as === name ? bound : boundOf(parameter, as);
}

interface BodyInput {
  readonly body: BoundBody;
  readonly constraints: Record<string, unknown>;
  readonly open?: JsonSchema;
}

/**
 * Lays the bodies' properties beside the parameters. With several media types a property is declared as the preferred type has it,
 * and only the preferred type's requirements are checked before sending.
 */
function bindBody(definitions: Definitions, operation: Operation, read: readonly ReadMedia[], draft: Draft): BodyInput {
  const argumentOf = new Map<string, string>();
  const forms = new Map<string, JsonSchema>();
  const required = operation.body?.required === true;
  let open: JsonSchema | undefined;
  let whole: string | undefined;
  const media = read.map(({ bound, shape, whole: schema }) => {
    if (!shape) {
      whole ??= take(draft, 'body', 'body');
      forms.set(JSON.stringify(schema), schema ?? {});
      return { ...bound, as: whole };
    }
    for (const [name, property] of shape.properties) {
      if (argumentOf.has(name)) continue;
      const as = take(draft, name, 'body');
      argumentOf.set(name, as);
      draft.properties[as] = bound.encoding?.[name]?.file ? fileSchema(definitions, property) : definitions.once(property);
    }
    if (shape.open !== undefined) open ??= definitions.convert(shape.open);
    return bound;
  });
  if (whole !== undefined) {
    const [form, ...others] = forms.values();
    draft.properties[whole] = described(others.length > 0 ? { anyOf: [...forms.values()] } : form!, operation.body?.description);
  }
  const renamed = Object.fromEntries([...argumentOf].filter(([name, as]) => name !== as).map(([name, as]) => [as, name]));
  const constraints = requirements(read, { required, whole, argumentOf }, draft);
  return {
    body: { ...(required && { required: true as const }), media, ...(Object.keys(renamed).length > 0 && { renamed }) },
    constraints,
    ...(open !== undefined && { open }),
  };
}

function fileSchema(definitions: Definitions, property: unknown): JsonSchema {
  const converted = definitions.convert(property);
  const description = typeof converted === 'object' && typeof converted.description === 'string' ? converted.description : undefined;
  const list = typeof converted === 'object' && (converted.type === 'array' || converted.items !== undefined);
  if (!list) return definitions.file(description);
  return { type: 'array', items: definitions.file(), ...(description !== undefined && { description }) };
}

interface BodyArguments {
  readonly required: boolean;
  readonly whole: string | undefined;
  readonly argumentOf: ReadonlyMap<string, string>;
}

/** What must be there: of a required body for good; of an optional one, as soon as any of its properties is. */
function requirements(read: readonly ReadMedia[], { required, whole, argumentOf }: BodyArguments, draft: Draft): Record<string, unknown> {
  const [first] = read;
  if (!first?.shape) {
    if (required && whole !== undefined && read.every(({ shape }) => shape === undefined)) draft.required.push(whole);
    return {};
  }
  const shape = first.shape;
  const names = [...shape.required].flatMap(name => argumentOf.get(name) ?? []);
  // Another media type may have other properties: then nothing of this one can be demanded whatever is chosen.
  const alone = read.every(other => other === first || sameRequirements(other, first));
  if (!alone) return {};
  if (!required) {
    const own = [...shape.properties.keys()].map(name => argumentOf.get(name)!);
    return names.length === 0 ? {} : { dependentRequired: Object.fromEntries(own.map(name => [name, names.filter(n => n !== name)])) };
  }
  draft.required.push(...names);
  // An alternative of a property that the body does not declare cannot be chosen, unless it takes any.
  const sendable = (name: string): boolean => argumentOf.has(name) || shape.open !== undefined;
  const choices = shape.choices.flatMap(({ key, required: sets }) => {
    const members = sets.filter(set => set.every(sendable)).map(set => ({ required: set.map(name => argumentOf.get(name) ?? name) }));
    return members.length > 0 ? [{ [key]: members }] : [];
  });
  return choices.length > 1 ? { allOf: choices } : (choices[0] ?? {});
}

const sameRequirements = (a: ReadMedia, b: ReadMedia): boolean =>
  a.shape !== undefined && b.shape !== undefined && [...a.shape.required].sort().join() === [...b.shape.required].sort().join();

function chooseMedia(read: readonly ReadMedia[], draft: Draft): void {
  const types = read.map(media => media.bound.type);
  if (types.length < 2 && !types.some(isRange)) return;
  const exact = types.filter(type => !isRange(type));
  draft.properties._contentType = {
    type: 'string',
    ...(exact.length === types.length ? { enum: exact } : { pattern: '^[^\\s/]+/[^\\s/]+$' }),
    description: `The media type to send the body in: ${types.join(', ')}${types[0] && !isRange(types[0]) ? `; ${types[0]} when absent` : ''}.`,
  };
}
