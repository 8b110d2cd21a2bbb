import type { ErrorObject } from 'ajv';
import { FaultError } from '../../machines/schema/fault.ts';
import type { Tool } from '../../machines/schema/tool.ts';
import { complaint } from './complaint.ts';
import { compile } from './engine.ts';
import type { Lookup } from './references.ts';

/** What a validator needs of a tool. */
export type Validated = Pick<Tool, 'path' | 'hash' | 'inputSchema' | 'source'>;

export interface Validators {
  /** Throws `invalid_arguments`, naming the argument and what would be right, unless the input fits. */
  check(tool: Validated, input: unknown): void;
  /** Everything wrong with an input; empty when it fits. */
  errors(tool: Validated, input: unknown): ErrorObject[];
}

/** Finds definitions for a tool, in the table of its source. */
export type LookupFor = (tool: Validated) => Lookup;

/**
 * Compiled validators by tool hash, the least recently used forgotten first. The least possible is compiled:
 * see `engine.ts`.
 */
export function createValidators(lookupFor: LookupFor, options: { readonly capacity?: number } = {}): Validators {
  const capacity = options.capacity ?? 500;
  const known = new Map<string, (input: unknown) => ErrorObject[]>();

  function validatorOf(tool: Validated): (input: unknown) => ErrorObject[] {
    const validator = known.get(tool.hash) ?? compile(tool.inputSchema, lookupFor(tool));
    known.delete(tool.hash);
    known.set(tool.hash, validator);
    if (known.size > capacity) known.delete(known.keys().next().value!);
    return validator;
  }

  const errors = (tool: Validated, input: unknown): ErrorObject[] => validatorOf(tool)(input);

  return {
    errors,
    check(tool, input) {
      const found = errors(tool, input);
      if (found.length > 0) throw new FaultError('invalid_arguments', ...complaint(tool, found, input, lookupFor(tool)));
    },
  };
}
