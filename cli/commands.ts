import type { Command } from './command.ts';
import { callCommands } from './menu/calls.ts';
import { codeCommands } from './menu/code.ts';
import { connectionCommands } from './menu/connections.ts';
import { daemonCommands } from './menu/daemon.ts';
import { maintenanceCommands } from './menu/maintenance.ts';
import { policyCommands } from './menu/policies.ts';
import { principalCommands } from './menu/principals.ts';
import { programCommands } from './menu/programs.ts';
import { sourceCommands } from './menu/sources.ts';
import { toolCommands } from './menu/tools.ts';

/** Every command there is, in the order of `executor --help`. */
export const commands: readonly Command[] = [
  ...daemonCommands,
  ...sourceCommands,
  ...connectionCommands,
  ...toolCommands,
  ...callCommands,
  ...programCommands,
  ...policyCommands,
  ...principalCommands,
  ...codeCommands,
  ...maintenanceCommands,
];
