import { FaultError } from '../../../machines/schema/fault.ts';
import type { Principal } from '../../../machines/schema/principal.ts';

/** References to secrets that only the owner may name: whoever names one makes the executor read it. */
const REFERENCE = /\bop:\/\/|^env:|\$\{env:/i;

/**
 * Refuses what no agent may ask for, approved or not: to have an environment variable or a vault's entry put somewhere.
 * @throws FaultError forbidden
 */
export function refuseReferences(input: unknown, principal: Principal): void {
  if (principal.role === 'owner') return;
  const visit = (value: unknown, name?: string): void => {
    if (name === 'env') throw forbidden(`"env"`);
    if (typeof value === 'string' && REFERENCE.test(value)) throw forbidden('references to secrets (op://, env:)');
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) visit(item, key);
  };
  // A description may have a property of any name; it is not read as a setting.
  const { spec, ...settings } = input as Record<string, unknown>;
  visit(settings);
  if (typeof spec === 'string' && spec.length < 8192) visit(spec);
}

const forbidden = (what: string) => new FaultError('forbidden', `an agent may not name ${what}; the owner connects it: executor connect`);
