import type { Fault } from '../../machines/schema/fault.ts';

/** What one program may use. Waiting counts against none of them. */
export interface Limits {
  /** Milliseconds of computing, over the whole run. */
  readonly compute: number;
  /** Bytes of the VM's heap. */
  readonly memory: number;
  /** Bytes of the VM's stack. */
  readonly stack: number;
  /** Tool calls, searches and descriptions. */
  readonly calls: number;
  /** Everything asked of the host, sleeps included. */
  readonly steps: number;
  /** Bytes of the result and what was emitted together, and of a single request. */
  readonly output: number;
  /** Characters of console output; more is dropped, and the program goes on. */
  readonly logs: number;
}

export const LIMITS: Limits = {
  compute: 30_000,
  memory: 64 * 1024 * 1024,
  stack: 256 * 1024,
  calls: 1_000,
  steps: 10_000,
  output: 16 * 1024 * 1024,
  logs: 1024 * 1024,
};

export type LimitName = keyof Limits;

const WORDS: Record<LimitName, (allowed: number) => string> = {
  compute: allowed => `computed for more than ${allowed / 1000} s; waiting does not count`,
  memory: allowed => `needs more than ${mib(allowed)} of memory`,
  stack: () => 'recursed too deeply',
  calls: allowed => `made more than ${allowed} calls`,
  steps: allowed => `asked its host for more than ${allowed} things`,
  output: allowed => `made more than ${mib(allowed)} of output`,
  logs: allowed => `logged more than ${allowed} characters`,
};

const mib = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;

/** Says which limit a program ran into. */
export const exceeded = (limit: LimitName, limits: Limits): Fault => ({
  code: 'limit_exceeded',
  message: `The program ${WORDS[limit](limits[limit])} (limit "${limit}").`,
  details: { limit, allowed: limits[limit] },
});
