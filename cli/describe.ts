import type { Effect, JsonSchema } from '../machines/schema/tool.ts';
import { outTable } from './columns.ts';
import { out, paint, shown } from './print.ts';

/** What `GET /api/tools/:path` gives. */
export interface Description {
  path: string;
  source: string;
  title: string;
  description: string;
  effect: Effect;
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema;
  typescript: string;
  sample: unknown;
  policy: { decision: string; rule: string };
}

/** Prints a tool's name, what it does, and whether it may. */
export function outHeading({ path, title, description, effect, policy }: Description): undefined {
  out(`${paint('bold', shown(path))}  ${effect}, ${policy.decision} (${shown(policy.rule)})`);
  if (title && !description.startsWith(title)) out(shown(title));
  if (description) out(shown(description.trim()));
}

interface Property {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  items?: Property;
  anyOf?: Property[];
  oneOf?: Property[];
  allOf?: Property[];
  default?: unknown;
  $ref?: string;
}

/** Prints a tool's parameters, the required ones first. */
export function outParameters(schema: JsonSchema): undefined {
  const { properties = {}, required = [] } =
    typeof schema === 'object' ? (schema as { properties?: Record<string, Property>; required?: string[] }) : {};
  const rows = Object.entries(properties).map(([name, property]) => ({ name, property, required: required.includes(name) }));
  if (rows.length === 0) return out('It takes no parameters.');
  rows.sort((a, b) => Number(b.required) - Number(a.required));
  outTable(rows, [
    { heading: 'PARAMETER', cell: row => row.name },
    { heading: 'TYPE', cell: row => typeName(row.property) },
    { heading: 'REQUIRED', cell: row => (row.required ? 'yes' : '') },
    { heading: 'DESCRIPTION', cell: row => about(row.property) },
  ]);
}

const about = ({ description = '', default: preset }: Property) =>
  preset === undefined ? description : `${description} (default ${JSON.stringify(preset)})`.trim();

/** A type in a word or two. */
export function typeName(property: Property | boolean | undefined): string {
  if (typeof property !== 'object') return 'any';
  if (property.$ref) return decodeURIComponent(property.$ref.split('/').at(-1) ?? 'any');
  if (property.const !== undefined) return JSON.stringify(property.const);
  if (property.enum)
    return property.enum.length > 6 ? `one of ${property.enum.length}` : property.enum.map(value => JSON.stringify(value)).join(' | ');
  const branches = property.anyOf ?? property.oneOf;
  if (branches) return [...new Set(branches.map(typeName))].join(' | ');
  if (property.allOf?.length === 1) return typeName(property.allOf[0]);
  const types = [property.type ?? 'any'].flat();
  return types.map(type => (type === 'array' ? listOf(typeName(property.items)) : type)).join(' | ');
}

const listOf = (item: string) => (item.includes(' | ') ? `(${item})[]` : `${item}[]`);
