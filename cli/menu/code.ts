import type { Command } from '../command.ts';

export const codeCommands: Command[] = [
  {
    name: 'generate',
    usage: '',
    about: 'Write the typed catalog: an OpenAPI document, and a TypeScript client with no dependency.',
    flags: {
      format: { about: 'openapi, typescript or both (the default)', value: 'format' },
      source: { about: 'Only the tools of this source', value: 'namespace' },
      output: { about: 'The file; with both formats its name without the ending; "-" is stdout', value: 'file' },
      check: { about: 'Write nothing; exit 1 when a file is out of date' },
      watch: { about: 'Write again whenever the catalog changes' },
    },
    examples: ['generate', 'generate --format typescript --source github --output src/github.ts', 'generate --check'],
    load: () => import('../commands/generate.ts'),
  },
  {
    name: 'completions',
    usage: '<shell>',
    about: 'Print a completion script for bash, zsh or fish.',
    examples: ['completions bash', 'completions zsh', 'completions fish'],
    load: () => import('../commands/completions.ts'),
  },
  {
    name: 'complete',
    usage: '<what> [prefix]',
    about: 'Print what a shell offers next.',
    examples: ['complete tools github.'],
    hidden: true,
    load: () => import('../commands/complete.ts'),
  },
];
