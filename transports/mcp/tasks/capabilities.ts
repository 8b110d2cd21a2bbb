import { TASKS } from './task.ts';

/** What a server says of its tasks: the extension of 2026-07-28, and beside it what 2025-11-25 reads (and nobody else is told). */
export const TASK_CAPABILITIES = {
  extensions: { [TASKS]: {} },
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
};

/** A tool of which 2025-11-25 clients may make tasks. */
export const TASK_OPTIONAL = { taskSupport: 'optional' } as const;
