import { createSandboxPool, type SandboxPool } from '../sandbox/pool.ts';

/** The pool of threads, made when the first program needs it: a daemon that runs none carries none. */
export function createSandbox() {
  let pool: SandboxPool | undefined;
  const get = (): SandboxPool => {
    pool ??= createSandboxPool();
    return pool;
  };
  return {
    get,
    /** Has a thread made ready, without waiting for it: a program may soon need one. */
    warmUp(): void {
      void get().warmUp();
    },
    close: async (): Promise<void> => {
      await pool?.close();
    },
  };
}
