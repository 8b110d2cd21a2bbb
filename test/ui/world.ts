import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Daemon, type Rig, ready } from './rig.ts';

const GITHUB = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const EVERYTHING = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url));

/** GitHub's own description, 1,223 tools, as a source. */
export async function addGithub(daemon: Daemon): Promise<void> {
  await daemon.api('POST', '/api/sources', { spec: readFileSync(GITHUB, 'utf8'), namespace: 'github' });
  await ready(daemon, 'github');
}

/** A real MCP server, started as a command, that asks people for things. */
export async function addEverything(daemon: Daemon): Promise<void> {
  await daemon.api('POST', '/api/sources', { namespace: 'everything', command: process.execPath, args: [EVERYTHING] });
  await ready(daemon, 'everything');
}

/** An API that takes a key and nobody has connected to yet. */
export async function addLedger(daemon: Daemon, url: string): Promise<void> {
  const spec = {
    openapi: '3.1.0',
    info: { title: 'Ledger', version: '1', description: 'What was paid, and to whom.' },
    servers: [{ url }],
    security: [{ key: [] }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } } },
    paths: {
      '/me': { get: { operationId: 'me', tags: ['account'], summary: 'Whose ledger it is', responses: { 200: { description: 'Whose' } } } },
      '/entries': {
        get: { operationId: 'list', tags: ['entries'], summary: 'List entries', responses: { 200: { description: 'Entries' } } },
        post: { operationId: 'add', tags: ['entries'], summary: 'Add an entry', responses: { 201: { description: 'Added' } } },
      },
    },
  };
  await daemon.api('POST', '/api/sources', { spec, namespace: 'ledger', allowPrivate: true });
  await ready(daemon, 'ledger');
}

/** An agent as it connects over MCP, under a name of its own. */
export async function openAgent(daemon: Daemon, name: string) {
  const client = new Client({ name, version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${daemon.url}/mcp`)));
  return {
    client,
    call: (path: string, input: unknown = {}) => client.callTool({ name: 'call', arguments: { path, input } }, { timeout: 300_000 }),
    execute: (code: string) => client.callTool({ name: 'execute', arguments: { code } }, { timeout: 300_000 }),
    close: () => client.close(),
  };
}

/** A program that looks something up and then asks twice before it writes. */
export const TWO_ORDERS = `const { items } = await tools.bookshop.books.search({ q: 'goose' });
console.log(\`\${items.length} book found\`);
const orders = await Promise.all([
  tools.bookshop.orders.create({ bookId: items[0].id, customer: 'Ada' }),
  tools.bookshop.orders.create({ bookId: 'sicp', customer: 'Grace' }),
]);
emit({ ordered: orders.map(order => order.id) });
return orders;
`;

/** Starts a program as the owner, and gives its id. */
export async function startProgram({ daemon }: Pick<Rig, 'daemon'>, code: string): Promise<string> {
  return (await daemon.api<{ id: string }>('POST', '/api/executions', { code })).id;
}
