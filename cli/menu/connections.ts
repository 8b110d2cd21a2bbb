import type { Command } from '../command.ts';

export const connectionCommands: Command[] = [
  {
    name: 'connect',
    usage: '<namespace>',
    about: 'Connect an account. Secrets are asked for without echo, or come from --from-env or stdin; OAuth opens the browser.',
    flags: {
      name: { about: 'A name for this account (default "default")', value: 'name' },
      method: { about: 'How: a method of the source, such as bearer, basic, oauth2, custom or none', value: 'method' },
      'from-env': { about: 'Read a secret from this environment variable', value: '[field=]NAME', many: true },
      set: { about: 'A value that is no secret, or says where one is (env:NAME, op://vault/item/field)', value: 'name=value', many: true },
      scope: { about: 'Ask for this scope', value: 'scope', many: true },
      default: { about: 'Use this account where a call names none' },
      device: { about: 'Log in on another device, with a code' },
      'no-browser': { about: 'Print the link instead of opening a browser' },
    },
    examples: [
      'connect github --from-env GITHUB_TOKEN',
      'connect github --name work --method oauth2 --no-browser',
      'connect shop --method custom',
      'connect shop --set token=op://Private/Shop/token',
    ],
    load: () => import('../commands/connect.ts'),
  },
  {
    name: 'connections',
    usage: '[namespace]',
    about: 'List the connected accounts. A star marks the one a call gets that names none.',
    flags: { check: { about: 'Look first whether they work, by a cheap read of each source' } },
    examples: ['connections', 'connections --check', 'connections github --json'],
    load: () => import('../commands/connections.ts'),
  },
  {
    name: 'disconnect',
    usage: '<namespace/name>',
    about: 'Remove a connected account: its credential is deleted, and revoked where the server offers that.',
    examples: ['disconnect github/work'],
    load: () => import('../commands/disconnect.ts'),
  },
];
