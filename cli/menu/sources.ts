import type { Command } from '../command.ts';

export const sourceCommands: Command[] = [
  {
    name: 'add',
    usage: '<url-or-file-or-command...>',
    about: 'Add a source: a URL, the file of a description ("-" for one on stdin), or the command of an MCP server.',
    passes: true,
    flags: {
      name: { about: 'Namespace of its tools', value: 'namespace' },
      'base-url': { about: 'Send calls there instead of where the description says', value: 'url' },
      kind: { about: 'openapi, graphql or mcp, instead of finding out', value: 'kind' },
      header: { about: 'Send this header with every request', value: 'name=value', many: true },
      'header-from-env': { about: 'The same, with the value of an environment variable', value: 'name=VARIABLE', many: true },
      env: { about: 'Give the command this variable', value: 'name=value', many: true },
      'env-from': { about: 'The same, with the value it has here', value: 'NAME or name=VARIABLE', many: true },
      cwd: { about: 'Run the command there', value: 'directory' },
      'allow-private': { about: 'Allow loopback and private addresses' },
    },
    examples: [
      'add https://petstore3.swagger.io/api/v3/openapi.json --name petstore',
      'add ./openapi.yaml --base-url http://127.0.0.1:8080 --allow-private',
      'add https://api.example.com/openapi.json --header-from-env X-Api-Key=EXAMPLE_KEY',
      'add https://mcp.example.com/mcp',
      'add npx -y @modelcontextprotocol/server-everything --name everything',
      'add --name files --env-from API_TOKEN -- uvx some-server --name anything',
    ],
    load: () => import('../commands/add.ts'),
  },
  {
    name: 'sources',
    usage: '',
    about: 'List sources with kind, state, number of tools and last error.',
    examples: ['sources', 'sources --json'],
    load: () => import('../commands/sources.ts'),
  },
  {
    name: 'refresh',
    usage: '<namespace>',
    about: 'Fetch the description of a source again and show what changed.',
    examples: ['refresh petstore'],
    load: () => import('../commands/refresh.ts'),
  },
  {
    name: 'remove',
    usage: '<namespace>',
    about: 'Remove a source with its credentials.',
    examples: ['remove petstore'],
    load: () => import('../commands/remove.ts'),
  },
];
