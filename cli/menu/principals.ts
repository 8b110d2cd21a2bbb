import type { Command } from '../command.ts';

export const principalCommands: Command[] = [
  {
    name: 'token create',
    usage: '<name>',
    about: 'Make a token for another agent, person or machine. It is shown once.',
    flags: {
      role: { about: 'owner, approver, agent or viewer (default agent)', value: 'role' },
      tools: { about: 'Only the tools this pattern covers; may be given again', value: 'pattern', many: true },
      expires: { about: 'When it ends: 12h, 7d, or a time', value: 'when' },
      'self-approve': { about: 'It may answer the approvals of its own calls' },
    },
    examples: ['token create claude', `token create ci --role agent --tools 'github.issues.*' --expires 7d`],
    load: () => import('../commands/token-create.ts'),
  },
  {
    name: 'token list',
    usage: '',
    about: 'List the tokens there are, not their secrets.',
    examples: ['token list --json'],
    load: () => import('../commands/token-list.ts'),
  },
  {
    name: 'token revoke',
    usage: '<id-or-name>',
    about: 'End a token at once, also where a session is open.',
    examples: ['token revoke ci'],
    load: () => import('../commands/token-revoke.ts'),
  },
  {
    name: 'audit list',
    usage: '',
    about: 'List the record: calls, answers and administrative acts, the newest first.',
    flags: {
      who: { about: 'Only this principal, by id or name', value: 'id' },
      act: { about: 'Only this: call, answer, policy.set, token.create…', value: 'act' },
      tool: { about: 'Only this tool', value: 'path' },
      source: { about: 'Only this source', value: 'namespace' },
      outcome: { about: 'Only what ended so: done, denied, failed… or an error code', value: 'outcome' },
      target: { about: 'Only this execution, policy or token', value: 'id' },
      since: { about: 'Not before this time', value: 'time' },
      until: { about: 'Not after this time', value: 'time' },
      q: { about: 'Only what contains this', value: 'text' },
      limit: { about: 'How many at most', value: 'n' },
      cursor: { about: 'Go on after the page before', value: 'cursor' },
      jsonl: { about: 'One entry a line' },
    },
    examples: ['audit list --outcome tool_blocked', 'audit list --who claude --since 2026-01-31'],
    load: () => import('../commands/audit-list.ts'),
  },
  {
    name: 'audit verify',
    usage: '',
    about: 'Check that nothing in the record was changed or removed.',
    examples: ['audit verify'],
    load: () => import('../commands/audit-verify.ts'),
  },
];
