import type { ErrorObject } from 'ajv';
import { closure } from './closure.ts';
import { restored } from './engine.ts';
import { nearName } from './near.ts';
import { isSchemaObject, type Lookup } from './references.ts';
import { signature } from './signature.ts';
import type { Validated } from './validators.ts';

type Complaint = [message: string, options: { details: Record<string, unknown> }];

const SHOWN = 5;

/** What a caller reads when arguments do not fit: each argument by its path, the name most likely meant, and the accepted shape. */
export function complaint(tool: Validated, errors: readonly ErrorObject[], input: unknown, lookup: Lookup): Complaint {
  const telling = relevant(errors);
  const said = [...new Set(telling.map(error => sentence(error)))];
  const more = said.length > SHOWN ? `; and ${said.length - SHOWN} more` : '';
  const first = telling[0]!;
  const path = pathOf(first);
  const details = {
    path,
    errors: telling.slice(0, SHOWN).map(error => ({ path: pathOf(error), message: sentence(error) })),
    accepted: signature(tool.inputSchema, undefined, lookup, 2_000).replace(/^\(input: ([\s\S]*)\) => Promise<unknown>$/, '$1'),
    ...expectation(first, lookup),
  };
  if (!isSchemaObject(input)) return ['The input must be an object of arguments', { details }];
  return [`${said.slice(0, SHOWN).join('; ')}${more}`, { details }];
}

/** Leaves out what only follows from another error: the branches of a union when one of them nearly fits, and the union itself. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(error => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const kept = errors.filter(error => !unions.some(union => union !== error && inside(error, union)) && error.keyword !== 'if');
  const told = kept.length > 0 ? kept : [...errors];
  // A misspelt name is one mistake, not two: what is missing is what was meant.
  const unknown = told.filter(error => isUnknown(error));
  const meant = new Set(unknown.map(error => `${error.instancePath}/${meantBy(error)}`));
  const others = told.filter(error => !unknown.includes(error) && !(error.keyword === 'required' && meant.has(pathOf(error))));
  return [...unknown, ...others];
}

const isUnknown = (error: ErrorObject): boolean => error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties';

/** The property an unknown one was probably meant to be. */
function meantBy(error: ErrorObject): string | undefined {
  const { additionalProperty, unevaluatedProperty } = error.params as Record<string, string | undefined>;
  return nearName(additionalProperty ?? unevaluatedProperty ?? '', propertiesOf(error));
}

const propertiesOf = (error: ErrorObject): string[] =>
  isSchemaObject(error.parentSchema?.properties) ? Object.keys(error.parentSchema.properties) : [];

/** An error of a branch: by its schema path, or, where a branch is compiled apart, by being about the same value or something in it. */
const inside = (error: ErrorObject, union: ErrorObject): boolean =>
  error.instancePath.startsWith(union.instancePath) &&
  (error.schemaPath.startsWith(`${union.schemaPath}/`) || (union.instancePath !== '' && depthOf(error) > depthOf(union)));

const depthOf = (error: ErrorObject): number => error.schemaPath.length - error.schemaPath.replace(/^@+/, '').length;

/** The JSON pointer of what is wrong; for a missing or unknown property, of that property. */
function pathOf(error: ErrorObject): string {
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params as Record<string, string | undefined>;
  const name = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  return name === undefined ? error.instancePath : `${error.instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** `/labels/0/name` as a person writes it: `labels[0].name`. */
function written(pointer: string): string {
  const segments = pointer
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return segments
    .map((segment, index) => (/^\d+$/.test(segment) && index > 0 ? `[${segment}]` : `${index > 0 ? '.' : ''}${segment}`))
    .join('');
}

function sentence(error: ErrorObject): string {
  const at = written(error.instancePath);
  const params = error.params as Record<string, unknown>;
  if (isUnknown(error)) return unknown(error, at);
  if (error.keyword === 'required' || error.keyword === 'dependentRequired')
    return `missing argument \`${join(at, String(params.missingProperty))}\``;
  const name = at === '' ? 'the input' : `\`${at}\``;
  if (error.keyword === 'enum') return `${name} must be one of: ${list(params.allowedValues)}${meant(error)}`;
  if (error.keyword === 'const') return `${name} must be ${JSON.stringify(params.allowedValue)}`;
  if (error.keyword === 'type') return `${name} must be ${[params.type].flat().join(' or ')}, not ${typeName(error.data)}`;
  if (error.keyword === 'anyOf' || error.keyword === 'oneOf') return `${name} fits none of the accepted forms`;
  return `${name} ${error.message ?? 'does not fit'}`;
}

function unknown(error: ErrorObject, at: string): string {
  const params = error.params as Record<string, string>;
  const name = params.additionalProperty ?? params.unevaluatedProperty ?? '';
  const near = meantBy(error);
  const hint = near === undefined ? accepted(propertiesOf(error)) : `, did you mean \`${join(at, near)}\`?`;
  return `unknown argument \`${join(at, name)}\`${hint}`;
}

const accepted = (names: readonly string[]): string =>
  names.length === 0 ? '; it takes no arguments' : `; accepted are ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

const list = (values: unknown): string => {
  const all = Array.isArray(values) ? values : [];
  return `${all
    .slice(0, 20)
    .map(value => JSON.stringify(value))
    .join(', ')}${all.length > 20 ? ', …' : ''}`;
};

function meant(error: ErrorObject): string {
  const values = (error.params as { allowedValues?: unknown[] }).allowedValues ?? [];
  const near =
    typeof error.data === 'string'
      ? nearName(
          error.data,
          values.filter((value): value is string => typeof value === 'string'),
        )
      : undefined;
  return near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`;
}

const typeName = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** The schema of the argument that is wrong, for machines; small ones only. */
function expectation(error: ErrorObject, lookup: Lookup): { expected?: unknown } {
  const schema = error.parentSchema;
  if (!schema || error.keyword === 'additionalProperties' || error.keyword === 'required') return {};
  const expected = closure(restored(schema), lookup, { limit: 10 });
  return JSON.stringify(expected).length > 4_000 ? {} : { expected };
}
