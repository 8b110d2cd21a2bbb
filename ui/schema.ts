import type { JsonSchema } from '../machines/schema/tool.ts';

export type Node = Record<string, unknown>;
export type Definitions = Record<string, JsonSchema>;

/** A property as a form or a tree shows it. */
export interface FieldInfo {
  name: string;
  schema: Node;
  required: boolean;
}

/** Follows `$ref`s, but never twice the same one. */
export function resolve(schema: unknown, definitions: Definitions): Node {
  const seen = new Set<string>();
  let node = (typeof schema === 'object' && schema !== null ? schema : {}) as Node;
  while (typeof node.$ref === 'string' && !seen.has(node.$ref)) {
    seen.add(node.$ref);
    const name = node.$ref
      .replace(/^#\/\$defs\//, '')
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    const target = definitions[name];
    if (typeof target !== 'object') break;
    const { $ref: _ref, ...beside } = node;
    node = { ...target, ...beside };
  }
  return node;
}

/** The fields of an object, of what a list holds, or of the parts of an `allOf`; alternatives are listed one by one. */
export function fieldsOf(node: Node, definitions: Definitions): FieldInfo[] {
  if (node.items !== undefined && !Array.isArray(node.items)) return fieldsOf(resolve(node.items, definitions), definitions);
  const own = objectFields(node);
  const all = Array.isArray(node.allOf) ? node.allOf.flatMap(part => fieldsOf(resolve(part, definitions), definitions)) : [];
  const alternatives = [node.oneOf, node.anyOf].flatMap(list => (Array.isArray(list) && list.length > 1 ? list : []));
  const named = alternatives
    .map((part, index) => ({ name: `or ${index + 1}`, schema: resolve(part, definitions), required: false }))
    .filter(field => objectFields(field.schema).length > 0);
  return [...new Map([...all, ...own, ...named].map(field => [field.name, field])).values()];
}

function objectFields(node: Node): FieldInfo[] {
  if (typeof node.properties !== 'object' || node.properties === null) return [];
  const required = new Set(Array.isArray(node.required) ? (node.required as string[]) : []);
  const fields = Object.entries(node.properties).map(([name, schema]) => ({ name, schema: schema as Node, required: required.has(name) }));
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

/** A type in a few characters. */
export function typeOf(node: Node, definitions: Definitions): string {
  if (Array.isArray(node.enum))
    return (
      node.enum
        .slice(0, 6)
        .map(item => JSON.stringify(item))
        .join(' | ') + (node.enum.length > 6 ? ' | …' : '')
    );
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.items !== undefined) return `${typeOf(resolve(node.items, definitions), definitions)}[]`;
  const list = [node.oneOf, node.anyOf].find(Array.isArray);
  if (list) return [...new Set(list.map(part => typeOf(resolve(part, definitions), definitions)))].slice(0, 5).join(' | ');
  if (Array.isArray(node.type)) return node.type.join(' | ');
  if (typeof node.type === 'string') return node.format ? `${node.type} (${String(node.format)})` : node.type;
  return node.properties || node.allOf ? 'object' : 'any';
}

/** The values there are to choose from, with what they are called; nothing when any may be given. */
export function choicesOf(node: Node, titled: boolean): { value: unknown; label: string }[] | undefined {
  if (Array.isArray(node.enum) && node.enum.length > 0 && node.enum.every(item => typeof item !== 'object')) {
    const names = Array.isArray(node.enumNames) ? node.enumNames : [];
    return node.enum.map((value, index) => ({ value, label: String((titled && names[index]) || value) }));
  }
  const list = [node.oneOf, node.anyOf].find(Array.isArray) as Node[] | undefined;
  if (list && list.length > 0 && list.every(({ const: only }) => only !== undefined && typeof only !== 'object'))
    return list.map(({ const: value, title }) => ({ value, label: String((titled && title) || value) }));
  if (node.type !== 'boolean') return undefined;
  return [true, false].map(value => ({ value, label: titled ? (value ? 'yes' : 'no') : String(value) }));
}
