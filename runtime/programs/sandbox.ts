import { createSandboxPool, type SandboxPool } from '../sandbox/pool.ts';

/** The pool of threads, made when the first program needs it: a daemon that runs none carries none. */
export function createSandbox() {
  let pool: SandboxPool | undefined;
  return {
    get: (): SandboxPool => {
      pool ??= createSandboxPool();
      return pool;
    },
    close: async (): Promise<void> => {
      await pool?.close();
    },
  };
}
