import type { Command } from '../command.ts';

export const maintenanceCommands: Command[] = [
  {
    name: 'export',
    usage: '',
    about: 'Print everything that is set up as a file, without secrets: sources, policies, settings.',
    flags: {
      output: { about: 'Write it to a file', value: 'file' },
      schema: { about: 'The JSON Schema of such a file instead, for editors' },
    },
    examples: ['export', 'export --output executor.json', 'export --schema --output executor.schema.json'],
    load: () => import('../commands/export.ts'),
  },
  {
    name: 'import',
    usage: '<file>',
    about: 'Make the set-up what a file says. A secret is named as "env:NAME"; null is the one that is stored.',
    flags: {
      plan: { about: 'Only show what would change' },
      prune: { about: 'Also remove what is not in the file' },
      from: { about: "Take MCP servers from another tool's file: claude, cursor, vscode or mcporter", value: 'tool' },
      yes: { about: 'Agree to the programs the file runs' },
    },
    examples: ['import executor.json --plan', 'import executor.json', 'import ~/.cursor/mcp.json --from cursor'],
    load: () => import('../commands/import.ts'),
  },
  {
    name: 'backup',
    usage: '<file>',
    about: 'Copy everything that is stored into one file, while the daemon runs.',
    flags: { 'with-key': { about: 'Put the key and the token in too: whoever has the file then has every secret' } },
    examples: ['backup executor.backup', 'backup executor.backup --with-key'],
    load: () => import('../commands/backup.ts'),
  },
  {
    name: 'restore',
    usage: '<file>',
    about: 'Load a backup into the data directory. The daemon must be stopped.',
    flags: { force: { about: 'Put a database that is there aside, and the backup in its place' } },
    examples: ['restore executor.backup', 'restore executor.backup --force'],
    load: () => import('../commands/restore.ts'),
  },
  {
    name: 'doctor',
    usage: '',
    about: 'Check what is stored against itself: event logs against states, claims against executions. Exits 1 when something is wrong.',
    examples: ['doctor', 'doctor --json'],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'rotate-key',
    usage: '',
    about: 'Seal every stored secret under a new key. The daemon must be stopped.',
    examples: ['rotate-key'],
    load: () => import('../commands/rotate-key.ts'),
  },
];
