import type { ConfigFile } from './config-file.ts';
import { UsageError } from './failure.ts';

export const TOOLS = ['claude', 'cursor', 'vscode', 'mcporter'] as const;
export type ForeignTool = (typeof TOOLS)[number];

/**
 * The MCP servers of another tool's configuration, as sources. Claude, Cursor and mcporter keep them under `mcpServers`, VS Code under
 * `servers` (`mcp.servers` in its settings).
 * @throws UsageError when there are none
 */
export function fromForeign(tool: ForeignTool, file: Record<string, unknown>): ConfigFile {
  const servers = (tool === 'vscode' ? (file.servers ?? objectOf(file.mcp)?.servers) : file.mcpServers) as unknown;
  const found = objectOf(servers);
  if (!found) throw new UsageError(`there are no MCP servers in this file: ${tool === 'vscode' ? '"servers"' : '"mcpServers"'} is missing`);
  const sources: NonNullable<ConfigFile['sources']> = {};
  for (const [name, server] of Object.entries(found)) sources[namespaceOf(name, sources)] = sourceOf(name, objectOf(server) ?? {});
  return { sources };
}

function sourceOf(name: string, server: Record<string, unknown>): Record<string, unknown> {
  const { command, args, env, cwd } = server;
  const url = server.url ?? server.baseUrl ?? server.base_url ?? server.serverUrl;
  const headers = objectOf(server.headers);
  if (typeof url === 'string') return { url: referenced(url), kind: 'mcp', ...(headers && { headers: secrets(headers) }) };
  if (typeof command !== 'string') throw new UsageError(`the server "${name}" has neither a "url" nor a "command"`);
  // mcporter allows the whole line in one text.
  const [program = '', ...rest] = args === undefined && /\s/.test(command) ? command.trim().split(/\s+/) : [command];
  const variables = objectOf(env);
  return {
    command: program,
    ...(Array.isArray(args) ? { args } : rest.length > 0 && { args: rest }),
    ...(variables && Object.keys(variables).length > 0 && { env: secrets(variables) }),
    ...(typeof cwd === 'string' && { cwd }),
  };
}

const objectOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** `${NAME}`, `${env:NAME}` and `$env:NAME` stand for a variable in all of these tools. */
function secrets(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, referenced(String(value))]));
}

function referenced(value: string): string {
  const whole = /^\$\{(?:env:)?([A-Za-z_]\w*)\}$|^\$env:([A-Za-z_]\w*)$/.exec(value);
  if (whole) return `env:${whole[1] ?? whole[2]}`;
  return value.replace(/\$\{(?:env:)?([A-Za-z_]\w*)\}/g, (_, variable: string) => {
    const known = process.env[variable];
    if (known === undefined) throw new UsageError(`not set in the environment: ${variable}`);
    return known;
  });
}

/** A name as a namespace may be: what another tool calls "GitHub (work)" is `gitHubWork`. */
function namespaceOf(name: string, taken: object): string {
  const words = name.match(/[A-Za-z0-9_-]+/g) ?? ['server'];
  const joined = words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
  const base = joined.replace(/^[^A-Za-z]+/, '').slice(0, 60) || 'server';
  const namespace = base.charAt(0).toLowerCase() + base.slice(1);
  for (let n = 1; ; n++) {
    const one = n === 1 ? namespace : `${namespace}${n}`;
    if (!Object.hasOwn(taken, one)) return one;
  }
}
