import type { ArgumentNode, ObjectValueNode, ValueNode } from 'graphql';
import type { FaultError } from '../../../machines/schema/fault.ts';
import { nearName } from '../../schema/near.ts';
import { isNonNull, itemOf, nameOf, nullable } from './schema.ts';
import type { TypeLookup } from './stored.ts';

type Refuse = (message: string, details?: Record<string, unknown>) => FaultError;

interface Given {
  readonly given: readonly ArgumentNode[];
  /** Types by name; `=` behind one that has a default. */
  readonly declared: Readonly<Record<string, string>>;
  readonly of: string;
}

/** Checks the literal arguments of a field: names, what must be there, and every value (GraphQL, sections 5.4 and 5.6). */
export function checkArguments({ given, declared, of }: Given, lookup: TypeLookup, refuse: Refuse): void {
  const seen = new Set<string>();
  for (const { name, value } of given) {
    const type = declared[name.value];
    if (type === undefined) throw unknown(name.value, { declared, of }, refuse);
    if (seen.has(name.value)) throw refuse(`\`${of}\` is given \`${name.value}\` twice`);
    seen.add(name.value);
    checkValue(value, bare(type), { of: `${of}(${name.value}:)`, lookup, refuse });
  }
  const missing = Object.entries(declared).find(([name, type]) => isNonNull(type) && !seen.has(name));
  if (missing) throw refuse(`\`${of}\` needs the argument \`${missing[0]}\` (${missing[1]})`, { field: of });
}

const bare = (type: string): string => (type.endsWith('=') ? type.slice(0, -1) : type);

function unknown(name: string, { declared, of }: Pick<Given, 'declared' | 'of'>, refuse: Refuse): FaultError {
  const names = Object.keys(declared);
  const near = nearName(name, names);
  const hint = near ? `; did you mean \`${near}\`?` : names.length > 0 ? `; it takes ${names.slice(0, 12).join(', ')}` : '; it takes none';
  return refuse(`\`${of}\` takes no argument \`${name}\`${hint}`, { field: of, ...(near && { suggestions: [near] }) });
}

interface Checking {
  readonly of: string;
  readonly lookup: TypeLookup;
  readonly refuse: Refuse;
}

function checkValue(value: ValueNode, type: string, at: Checking): void {
  const { of, refuse, lookup } = at;
  if (value.kind === 'Variable') throw refuse(`\`${of}\` uses the variable $${value.name.value}; write the value itself`);
  if (value.kind === 'NullValue') {
    if (isNonNull(type)) throw refuse(`\`${of}\` must not be null; it is ${type}`);
    return;
  }
  const item = itemOf(type);
  if (item !== undefined) {
    // A single value stands for a list of one (section 3.11).
    for (const one of value.kind === 'ListValue' ? value.values : [value])
      checkValue(one, value.kind === 'ListValue' ? item : nullable(item), at);
    return;
  }
  const name = nameOf(type);
  const known = lookup(name);
  if (known?.kind === 'input') {
    checkObject(value, name, known, at);
    return;
  }
  if (known?.kind === 'enum') {
    const values = known.values ?? [];
    if (value.kind === 'EnumValue' && values.includes(value.value)) return;
    const near = 'value' in value && typeof value.value === 'string' ? nearName(value.value, values) : undefined;
    throw refuse(`\`${of}\` must be one of ${values.slice(0, 20).join(', ')}${near ? ` (did you mean ${near}?)` : ''}, without quotes`);
  }
  if (!fits(value, name)) throw refuse(`\`${of}\` must be ${name}, not ${written(value)}`);
}

function checkObject(
  value: ValueNode,
  name: string,
  { inputs = {}, oneOf }: { readonly inputs?: Readonly<Record<string, string>>; readonly oneOf?: true },
  { of, lookup, refuse }: Checking,
): void {
  if (value.kind !== 'ObjectValue') throw refuse(`\`${of}\` must be an object of ${name}, such as {${Object.keys(inputs)[0] ?? ''}: …}`);
  checkArguments(
    { given: (value as ObjectValueNode).fields as unknown as readonly ArgumentNode[], declared: inputs, of: name },
    lookup,
    refuse,
  );
  if (oneOf && value.fields.length !== 1) throw refuse(`\`${of}\` takes exactly one of ${Object.keys(inputs).join(', ')}`);
}

/** Whether a literal is one of a built-in scalar; of any other scalar only its server knows. */
function fits(value: ValueNode, scalar: string): boolean {
  switch (scalar) {
    case 'Int':
      return value.kind === 'IntValue' && Math.abs(Number(value.value)) < 2 ** 31;
    case 'Float':
      return value.kind === 'IntValue' || value.kind === 'FloatValue';
    case 'String':
      return value.kind === 'StringValue';
    case 'Boolean':
      return value.kind === 'BooleanValue';
    case 'ID':
      return value.kind === 'StringValue' || value.kind === 'IntValue';
    default:
      return true;
  }
}

/** A value as text, the same for the same value. */
export function written(value: ValueNode): string {
  switch (value.kind) {
    case 'Variable':
      return `$${value.name.value}`;
    case 'NullValue':
      return 'null';
    case 'StringValue':
      return JSON.stringify(value.value);
    case 'ListValue':
      return `[${value.values.map(written).join(', ')}]`;
    case 'ObjectValue':
      return `{${value.fields.map(field => `${field.name.value}: ${written(field.value)}`).join(', ')}}`;
    default:
      return String(value.value);
  }
}
