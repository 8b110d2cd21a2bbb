import type { StandardSchemaV1 } from '@modelcontextprotocol/client';

/** Lets everything through: what a server answers is data, and what we make of it is up to `readResult`. */
export const ANYTHING: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'executor', validate: value => ({ value }) } };
