import type { Settings } from '../../machines/schema/settings.ts';
import type { Limits } from '../sandbox/limits.ts';

const MIB = 1024 * 1024;

/** What the owner lets one program use. */
export const limitsOf = ({ programComputeSeconds, programMemoryMiB, programCalls, programOutputMiB }: Settings): Partial<Limits> => ({
  compute: programComputeSeconds * 1000,
  memory: programMemoryMiB * MIB,
  calls: programCalls,
  output: programOutputMiB * MIB,
});
