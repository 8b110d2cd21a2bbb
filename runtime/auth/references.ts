import { execFile } from 'node:child_process';
import { FaultError } from '../../machines/schema/fault.ts';

/** What the 1Password CLI said is believed for so long. */
const KEPT_MS = 5 * 60_000;
/** It may ask the person to unlock first. */
const OP_MS = 60_000;

const ENV = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
const OP = /^op:\/\/[^\s]+$/;

/** Whether a value says where the secret is instead of being it. */
export const isReference = (value: string): boolean => ENV.test(value) || OP.test(value);

/** Values that say where a secret is, looked up at use: `env:NAME` in the daemon's environment, `op://vault/item/field` with 1Password's CLI. */
export function createReferences({
  now = Date.now,
  op = readWithOp,
}: {
  now?: () => number;
  op?: (reference: string) => Promise<string>;
} = {}) {
  const kept = new Map<string, { value: Promise<string>; until: number }>();

  function fromOp(reference: string): Promise<string> {
    const known = kept.get(reference);
    if (known && known.until > now()) return known.value;
    const value = op(reference);
    kept.set(reference, { value, until: now() + KEPT_MS });
    value.catch(() => kept.delete(reference));
    return value;
  }

  async function one(value: string): Promise<string> {
    const [, variable] = ENV.exec(value) ?? [];
    if (variable !== undefined) {
      const found = process.env[variable];
      if (!found) {
        throw new FaultError('login_required', `the credential is in the environment variable ${variable}, which the daemon does not have`);
      }
      return found;
    }
    return OP.test(value) ? fromOp(value) : value;
  }

  return {
    /** The values with every reference looked up. */
    async resolve(values: Readonly<Record<string, string>>): Promise<Record<string, string>> {
      const found: Record<string, string> = {};
      for (const [name, value] of Object.entries(values)) found[name] = await one(value);
      return found;
    },
    /** Forgets what was looked up: the upstream did not take it. */
    forget(values: Readonly<Record<string, string>>): void {
      for (const value of Object.values(values)) kept.delete(value);
    },
  };
}
export type References = ReturnType<typeof createReferences>;

function readWithOp(reference: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('op', ['read', '--no-newline', reference], { timeout: OP_MS, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout.trim());
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const why = isMissing ? 'the 1Password command line ("op") is not installed where the daemon runs' : stderr.trim().split('\n')[0];
      reject(new FaultError('login_required', `${reference} could not be read: ${why || 'no answer'}`));
    });
  });
}
