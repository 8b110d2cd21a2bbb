import { FaultError } from '../machines/schema/fault.ts';

/** Deeper JSON than this is nobody's honest argument, and would end recursive code. */
const DEEPEST = 200;

/** @throws FaultError invalid_arguments when a value is nested too deeply */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new FaultError('invalid_arguments', `the JSON is nested more than ${DEEPEST} levels deep`);
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === 'object' && item !== null)
        for (const inner of Object.values(item)) if (typeof inner === 'object' && inner !== null) next.push(inner);
    }
    level = next;
  }
}
