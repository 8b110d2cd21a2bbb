import type { Command } from '../command.ts';

export const programCommands: Command[] = [
  {
    name: 'run',
    usage: '<file.ts|->',
    about: 'Run a program that calls tools, from a file or from stdin. Its result goes to stdout, what it logs and emits to stderr.',
    flags: {
      wait: { about: 'Stay until it has ended, also while it waits for a person' },
      simulate: { about: 'Only try it out: reads are made, writes are answered by samples; shows what it would do' },
      timeout: { about: 'End it when it has run so long; what people take does not count', value: 'seconds' },
      'idempotency-key': { about: 'The same key again is the same run, for 24 hours', value: 'key' },
    },
    examples: ['run report.ts', 'run -', 'run move.ts --wait --timeout 600', 'run move.ts --simulate'],
    load: () => import('../commands/run.ts'),
  },
];
