import type { TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { FaultError } from '../../machines/schema/fault.ts';

/**
 * Checks the arguments of a surface tool. Throws `invalid_arguments` that says which argument is wrong and, for an unknown one,
 * which name was probably meant.
 */
export function checkArguments(tool: string, schema: TObject, given: unknown): Record<string, unknown> {
  const args = given ?? {};
  if (Value.Check(schema, args)) return args as Record<string, unknown>;
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new FaultError('invalid_arguments', `${tool} takes one object of arguments.`);
  }
  const known = Object.keys(schema.properties);
  const unknown = Object.keys(args).find(name => !known.includes(name));
  if (unknown !== undefined) throw unknownArgument(tool, unknown, known);
  const missing = (schema.required ?? []).find(name => (args as Record<string, unknown>)[name] === undefined);
  if (missing !== undefined) {
    throw new FaultError('invalid_arguments', `${tool} needs "${missing}".`, { details: { path: `/${missing}` } });
  }
  const first = Value.Errors(schema, args).First();
  const path = first?.path ?? '';
  throw new FaultError('invalid_arguments', `${tool}: ${path.slice(1) || 'the arguments'}: ${first?.message ?? 'not valid'}.`, {
    details: { path },
  });
}

function unknownArgument(tool: string, name: string, known: string[]): FaultError {
  const near = known.find(candidate => isNear(candidate, name));
  const hint = near
    ? `Did you mean "${near}"?`
    : known.includes('input')
      ? `Arguments of the called tool go into "input"; ${tool} itself takes ${known.join(', ')}.`
      : `It takes ${known.join(', ')}.`;
  return new FaultError('invalid_arguments', `${tool} has no argument "${name}". ${hint}`, {
    details: { path: `/${name}`, ...(near !== undefined && { near }) },
  });
}

/** Same letters but for case and separators, one contained in the other, or at most two edits apart. */
function isNear(candidate: string, name: string): boolean {
  const [a, b] = [plain(candidate), plain(name)];
  if (b.length < 3) return a === b;
  return a.includes(b) || b.includes(a) || edits(a, b) <= 2;
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
