import type { Command } from '../command.ts';

export const policyCommands: Command[] = [
  {
    name: 'policy list',
    usage: '',
    about: 'List the rules on what may run, asks or is blocked.',
    examples: ['policy list', 'policy list --json'],
    load: () => import('../commands/policy-list.ts'),
  },
  {
    name: 'policy set',
    usage: '<pattern> <allow|ask|block>',
    about: 'Set a rule. "*" stands for one segment of a path, "**" at the end for a subtree.',
    flags: {
      when: { about: 'Only then: effect, connection, principal, arguments; a JSON object, @file.json or "-"', value: 'json' },
      expires: { about: 'Until then: 12h, 7d, or a time', value: 'when' },
      'dry-run': { about: 'Set nothing; show how many and which tools it would change' },
    },
    examples: [
      `policy set 'github.issues.*' allow`,
      `policy set pay.orders.create allow --when '{"arguments":[{"path":"/amount","lt":50}]}' --expires 7d`,
    ],
    load: () => import('../commands/policy-set.ts'),
  },
  {
    name: 'policy remove',
    usage: '<id-or-pattern>',
    about: 'Remove a rule.',
    examples: [`policy remove 'github.issues.*'`],
    load: () => import('../commands/policy-remove.ts'),
  },
  {
    name: 'policy explain',
    usage: '<path...>',
    about: 'Say which rule decides about a tool, why, and what else covers it.',
    flags: {
      principal: { about: 'For this principal', value: 'id' },
      connection: { about: 'For this connection', value: 'name' },
      input: { about: 'For a call with this input', value: 'json' },
    },
    examples: ['policy explain github.issues.create'],
    load: () => import('../commands/policy-explain.ts'),
  },
];
