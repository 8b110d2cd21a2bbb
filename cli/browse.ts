import type { ToolHit } from '../machines/schema/tool.ts';
import { isArgument, pathOf } from './call-input.ts';
import { outTable } from './columns.ts';
import { type Context, text } from './command.ts';
import { connect, type Daemon } from './connect.ts';
import { type Description, outHeading, outParameters } from './describe.ts';
import { AnswerError } from './failure.ts';
import { count, note, out, outJson, paint, shown } from './print.ts';
import { outTools, readCount, toolsBelow } from './tools.ts';

const LIMIT = 40;

/** `executor call <prefix…> --help`: the parameters of a tool, or the groups and tools below a prefix. */
export async function browse(context: Context): Promise<number> {
  const path = pathOf(context.words.filter(word => !isArgument(word)));
  const daemon = await connect(context.entry);
  const { status, body } = await daemon.send({ path: `/api/tools/${encodeURIComponent(path)}` });
  if (status === 200) outTool(body as Description, context.json);
  else await outPrefix(daemon, path, context, body);
  return 0;
}

function outTool(tool: Description, json: boolean): undefined {
  if (json) return outJson(tool);
  outHeading(tool);
  out('');
  outParameters(tool.inputSchema);
  out('');
  out(paint('dim', 'Example'));
  out(`  executor call ${shown(tool.path.split('.').join(' '))} ${quote(JSON.stringify(tool.sample ?? {}))}`);
}

/** Single quotes, as a POSIX shell takes them. */
const quote = (word: string) => `'${shown(word).replaceAll("'", `'\\''`)}'`;

async function outPrefix(daemon: Daemon, path: string, { flags, json }: Context, notFound: unknown): Promise<undefined> {
  const match = text(flags, 'match')?.toLowerCase();
  const limit = readCount('limit', text(flags, 'limit')) ?? LIMIT;
  const below = (await toolsBelow(daemon, path)).items;
  if (below.length === 0) throw new AnswerError((notFound as { error: AnswerError['fault'] }).error, 404, notFound);
  const wanted = match ? below.filter(tool => `${tool.path} ${tool.description}`.toLowerCase().includes(match)) : below;
  const groups = match ? [] : groupsOf(wanted, path);
  const tools = match ? wanted : wanted.filter(tool => restOf(tool, path).length === 1);
  if (json) return outJson({ prefix: path, total: wanted.length, groups: groups.slice(0, limit), tools: tools.slice(0, limit) });
  out(`${paint('bold', shown(path))}  ${count(wanted.length, 'tool')}${match ? ` matching ${JSON.stringify(match)}` : ''}`);
  out('');
  if (groups.length > 0) {
    outTable(groups.slice(0, limit), [
      { heading: 'GROUP', cell: group => group.path },
      { heading: 'TOOLS', cell: group => String(group.tools), right: true },
    ]);
  }
  outTools(tools.slice(0, limit));
  const hidden = Math.max(0, groups.length - limit) + Math.max(0, tools.length - limit);
  if (hidden > 0) note(`… and ${hidden} more: --limit ${limit + hidden}, or --match <text>`);
}

const restOf = (tool: ToolHit, path: string) => tool.path.slice(path.length + 1).split('.');

function groupsOf(tools: readonly ToolHit[], path: string): { path: string; tools: number }[] {
  const counts = new Map<string, number>();
  for (const tool of tools) {
    const rest = restOf(tool, path);
    if (rest.length > 1) counts.set(rest[0]!, (counts.get(rest[0]!) ?? 0) + 1);
  }
  return [...counts].map(([name, n]) => ({ path: `${path}.${name}`, tools: n }));
}
