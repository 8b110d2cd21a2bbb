import type { AuditEntry } from '../../machines/schema/audit.ts';
import { outTable } from '../columns.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { note, out, outJson } from '../print.ts';

const FILTERS = ['who', 'act', 'tool', 'source', 'outcome', 'target', 'since', 'until', 'q', 'limit', 'cursor'];

/** `executor audit list` */
export async function run({ entry, flags, json }: Context): Promise<undefined> {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = text(flags, name);
    if (value !== undefined) query.set(name, value);
  }
  const page = await (await connect(entry)).ask<{ items: AuditEntry[]; nextCursor?: string }>({ path: `/api/audit?${query}` });
  if (flags.jsonl === true) {
    for (const item of page.items) out(JSON.stringify(item));
    return;
  }
  if (json) return outJson(page);
  outTable(page.items, [
    { heading: 'AT', cell: item => item.at },
    { heading: 'WHO', cell: item => item.name ?? item.who },
    { heading: 'ACT', cell: item => item.act },
    { heading: 'OUTCOME', cell: item => [item.outcome, item.code].filter(Boolean).join(' ') },
    { heading: 'RULE', cell: item => [item.decision, item.rule].filter(Boolean).join(' ') },
    { heading: 'WHAT', cell: item => item.tool ?? item.target ?? '' },
  ]);
  if (page.nextCursor) note(`More: --cursor ${page.nextCursor}`);
}
