import type { SourceView } from '../../machines/schema/source.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';

/** `executor sources` */
export async function run({ entry, json }: Context): Promise<undefined> {
  const page = await (await connect(entry)).ask<{ items: SourceView[] }>({ path: '/api/sources?limit=1000' });
  if (json) return outJson(page);
  if (page.items.length === 0) note('No sources yet. Add one: executor add <url-or-file>');
  outTable(page.items, [
    { heading: 'NAMESPACE', cell: source => source.namespace },
    { heading: 'KIND', cell: source => source.kind ?? '-' },
    { heading: 'STATE', cell: source => (source.stale ? `${source.state} (stale)` : source.state) },
    { heading: 'TOOLS', cell: source => String(source.toolCount), right: true },
    { heading: 'LAST ERROR', cell: source => (source.error ? `${source.error.code}: ${source.error.message}` : '-') },
  ]);
}
