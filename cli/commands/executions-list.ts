import type { ExecutionView } from '../../machines/schema/execution.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { outExecutions } from '../execution-table.ts';
import { note, outJson } from '../print.ts';
import { readCount } from '../tools.ts';

const FILTERS = ['state', 'tool', 'source', 'parent', 'principal', 'q', 'cursor'];

/** `executor executions list` */
export async function run({ entry, flags, json }: Context): Promise<undefined> {
  const limit = readCount('limit', text(flags, 'limit') ?? (json ? undefined : '30'), 1000);
  const given = FILTERS.map(name => [name, text(flags, name)]).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams([...given, ...(limit ? [['limit', String(limit)]] : [])]);
  const page = await (await connect(entry)).ask<{ items: ExecutionView[]; nextCursor?: string }>({ path: `/api/executions?${query}` });
  if (json) return outJson(page);
  if (page.items.length === 0) note('No executions.');
  outExecutions(page.items);
  if (page.nextCursor) note(`… and more: --cursor ${page.nextCursor}`);
}
