import type { JsonSchema } from '../../../machines/schema/tool.ts';

/** Definitions are written out up to so much JSON; what is beyond, or refers to itself, is taken as anything and checked when called. */
const CHARACTERS = 24_000;

/**
 * An input schema that every known client accepts (WANTS, row 34): an object at the top, without combinations there, and without
 * references anywhere.
 */
export function flattened(schema: JsonSchema): Record<string, unknown> {
  if (typeof schema !== 'object') return { type: 'object', properties: {} };
  const { $schema: _, $defs = {}, anyOf, oneOf, allOf, ...own } = schema;
  const definitions = $defs as Record<string, unknown>;
  const room = { characters: CHARACTERS };
  const properties = Object.entries((own.properties ?? {}) as Record<string, unknown>);
  return {
    ...own,
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, property]) => [name, written(property, definitions, room, [])])),
  };
}

function written(schema: unknown, definitions: Record<string, unknown>, room: { characters: number }, within: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map(item => written(item, definitions, room, within));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...rest } = schema as Record<string, unknown>;
  if (typeof $ref === 'string') {
    const name = $ref.replace(/^#\/\$defs\//, '');
    const definition = definitions[name];
    const isCircular = within.includes(name);
    if (definition === undefined || isCircular || room.characters <= 0) return { description: `${name}, as describe shows it`, ...rest };
    room.characters -= JSON.stringify(definition).length;
    const inner = written(definition, definitions, room, [...within, name]);
    return typeof inner === 'object' ? { ...inner, ...rest } : { ...rest };
  }
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, written(value, definitions, room, within)]));
}
