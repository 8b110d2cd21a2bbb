import type { JsonSchema } from '../../../machines/schema/tool.ts';
import { cut, describe, type Inputs } from './input.ts';
import { type Field, isNonNull, itemOf, nameOf, nullable } from './schema.ts';
import type { Pick, Selection } from './selection.ts';

const LINE = 140;

/** The schema of what a field with its default selection brings. */
export type Outputs = (type: string, selection: Selection | undefined) => JsonSchema;

/** What default selections bring, as JSON Schema. Nothing is required: a caller may select something else. */
export function createOutputs(inputs: Inputs): Outputs {
  /** A leaf looks the same wherever it is selected. */
  const leaves = new Map<Field, JsonSchema>();

  function schemaOf(type: string, selection: Selection | undefined): JsonSchema {
    if (!selection) return leafOf(inputs, type);
    const item = itemOf(type);
    const schema = item === undefined ? objectOf(selection, nameOf(type)) : { type: 'array', items: schemaOf(item, selection) };
    return isNonNull(type) ? schema : { ...schema, type: [schema.type, 'null'] };
  }

  function objectOf(selection: Selection, title: string): Record<string, unknown> {
    const properties: Record<string, JsonSchema> = {};
    if (selection.typename) {
      const of = selection.fragments.map(({ type }) => type);
      properties.__typename = { type: 'string', ...(of.length > 0 && { description: `Such as ${of.join(', ')}.` }) };
    }
    gather(selection, properties, false);
    return { type: 'object', title, properties };
  }

  function gather({ picks, fragments }: Selection, properties: Record<string, JsonSchema>, optional: boolean): void {
    for (const pick of picks) properties[pick.as ?? pick.field.name] ??= memberOf(pick, optional);
    for (const fragment of fragments) gather(fragment, properties, true);
  }

  function memberOf({ field, selection }: Pick, optional: boolean): JsonSchema {
    const known = selection || optional ? undefined : leaves.get(field);
    if (known !== undefined) return known;
    const schema = schemaOf(optional ? nullable(field.type) : field.type, selection) as Record<string, unknown>;
    const said = describe(field.description && cut(field.description, 4 * LINE), field.deprecated)?.replace(/\s+/g, ' ');
    const member = said ? { ...schema, description: cut(said, LINE) } : schema;
    if (!selection && !optional) leaves.set(field, member);
    return member;
  }

  return schemaOf;
}

/** As of an argument, but an ID always comes as a string (section 3.5.5). */
function leafOf(inputs: Inputs, type: string): JsonSchema {
  const item = itemOf(type);
  if (item !== undefined) return { type: isNonNull(type) ? 'array' : ['array', 'null'], items: leafOf(inputs, item) };
  if (nameOf(type) === 'ID') return { type: isNonNull(type) ? 'string' : ['string', 'null'] };
  return inputs.schemaOf(type);
}
