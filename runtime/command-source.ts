import { FaultError } from '../machines/schema/fault.ts';
import type { Origin, SourceInput } from '../machines/schema/source.ts';

/** The command of a request to add one, checked; undefined when it asks for something else. */
export function commandOf({
  command,
  args = [],
  cwd,
  env,
  url,
  spec,
  kind,
  baseUrl,
  headers,
}: SourceInput): Extract<Origin, { command: string }> | undefined {
  if (command === undefined) {
    const only = { args: args.length > 0 || undefined, cwd, env };
    const odd = Object.entries(only).find(([, value]) => value !== undefined);
    if (odd) throw new FaultError('invalid_arguments', `"${odd[0]}" goes with a "command" only`);
    return undefined;
  }
  const beside = Object.entries({ url, spec, baseUrl, headers }).find(([, value]) => value !== undefined);
  if (beside) throw new FaultError('invalid_arguments', `"${beside[0]}" does not go with a "command"`);
  if (kind !== undefined && kind !== 'mcp') throw new FaultError('invalid_arguments', `a command is an MCP server, not ${kind}`);
  for (const word of [command, ...args, cwd ?? '']) {
    if (word.includes('\0')) throw new FaultError('invalid_arguments', 'a command and its arguments cannot have a zero byte in them');
  }
  if (command.trim() === '') throw new FaultError('invalid_arguments', 'the command is empty');
  return { command, args, ...(cwd !== undefined && { cwd }) };
}

/** Programs that run others: the name is in their arguments. */
const RUNNERS = new Set(
  'npx bunx uvx pipx pnpm yarn npm node deno bun python python3 uv docker podman env sh bash cmd dlx exec run x tool'.split(' '),
);

/** What a command might be called: `npx -y @modelcontextprotocol/server-everything` is `everything`. */
export function nameOfCommand(command: string, args: readonly string[]): string {
  for (const word of [command, ...args]) {
    if (word.startsWith('-') || word.includes('=')) continue;
    const last = word
      .replace(/(?<=.)@[^/]*$/, '')
      .split(/[\\/]/)
      .at(-1)!
      .replace(/\.(exe|cmd|[cm]?[jt]s|py)$/i, '');
    if (RUNNERS.has(last.toLowerCase())) continue;
    const words = last.split(/[^A-Za-z0-9]+/).filter(part => part !== '' && !/^(mcp|server|stdio|index|main|dist|cli)$/i.test(part));
    const [first = '', ...rest] = words.map(part => part.toLowerCase());
    const name = first + rest.map(part => part[0]!.toUpperCase() + part.slice(1)).join('');
    if (/^[a-z]/.test(name)) return name.slice(0, 40);
  }
  return 'mcp';
}
