import type { ExecutionView } from '../../machines/schema/execution.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { timeOf } from '../execution-table.ts';
import { approvalUrl, openInteractions, resumeCommand } from '../executions.ts';
import { note, out, outJson, paint, shown } from '../print.ts';
import { readCount } from '../tools.ts';

/** `executor pending` */
export async function run({ entry, flags, json }: Context): Promise<undefined> {
  const daemon = await connect(entry);
  const limit = readCount('limit', text(flags, 'limit'), 1000);
  const page = await daemon.ask<{ items: ExecutionView[]; nextCursor?: string }>({
    path: `/api/executions?state=pending${limit ? `&limit=${limit}` : ''}`,
  });
  if (json) return outJson(page);
  if (page.items.length === 0) note('Nothing waits for a person.');
  for (const view of page.items) {
    out(`${paint('bold', view.id)}  ${shown(view.tool ?? view.kind)}  since ${timeOf(view.startedAt)} by ${shown(view.principal)}`);
    for (const interaction of openInteractions(view))
      out(`  ${paint('yellow', interaction.kind.replace('_', ' '))}  ${shown(interaction.message)}`);
    out(`  ${approvalUrl(daemon.url, view.id)}`);
    out(`  ${resumeCommand(view.id)}`);
  }
  if (page.nextCursor) note('… and more: --limit 1000');
}
