import type { Command } from '../command.ts';

const limit = { about: 'How many at most', value: 'n' };

export const toolCommands: Command[] = [
  {
    name: 'tools search',
    usage: '<query...>',
    about: 'Find tools by what they do.',
    flags: {
      source: { about: 'Only in this source', value: 'namespace' },
      limit,
      cursor: { about: 'Go on after the page before', value: 'cursor' },
    },
    examples: ['tools search create an issue', 'tools search "merge a pull request" --source github --json'],
    load: () => import('../commands/tools-search.ts'),
  },
  {
    name: 'tools describe',
    usage: '<path...>',
    about: 'Show what a tool does, takes and gives.',
    examples: ['tools describe github.issues.create', 'tools describe github issues create --json'],
    load: () => import('../commands/tools-describe.ts'),
  },
  {
    name: 'tools sources',
    usage: '',
    about: 'List sources with their number of tools.',
    examples: ['tools sources'],
    load: () => import('../commands/tools-sources.ts'),
  },
  {
    name: 'tools list',
    usage: '[prefix]',
    about: 'List every tool, or those below a prefix.',
    flags: { limit },
    examples: ['tools list', 'tools list github.issues --json'],
    load: () => import('../commands/tools-list.ts'),
  },
];
