import { invalidRule } from '../policy.ts';

/**
 * Reads a JSON pointer (RFC 6901) into its steps.
 * @throws FaultError invalid_arguments with the reason
 */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw invalidRule(`${JSON.stringify(pointer)} is no JSON pointer: it must begin with "/", like /amount`);
  if (/~(?![01])/.test(pointer))
    throw invalidRule(`${JSON.stringify(pointer)} is no JSON pointer: "~" is written "~0", "/" is written "~1"`);
  return pointer
    .slice(1)
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value a pointer leads to; undefined where there is none. Only own properties count. */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    if (Array.isArray(found) && !/^(0|[1-9]\d*)$/.test(step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}
