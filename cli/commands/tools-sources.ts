import type { SourceView } from '../../machines/schema/source.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';

/** `executor tools sources` */
export async function run({ entry, json }: Context): Promise<undefined> {
  const { items } = await (await connect(entry)).ask<{ items: SourceView[] }>({ path: '/api/sources?limit=1000' });
  const counts = items.map(({ namespace, kind, name, toolCount }) => ({ namespace, kind, name, toolCount }));
  if (json) return outJson({ items: counts });
  if (counts.length === 0) note('No sources yet. Add one: executor add <url-or-file>');
  outTable(counts, [
    { heading: 'NAMESPACE', cell: source => source.namespace },
    { heading: 'KIND', cell: source => source.kind ?? '-' },
    { heading: 'TOOLS', cell: source => source.toolCount.toLocaleString('en-US'), right: true },
    { heading: 'NAME', cell: source => source.name },
  ]);
}
