import type { TokenView } from '../../machines/schema/principal.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';

/** `executor token list` */
export async function run({ entry, json }: Context): Promise<undefined> {
  const page = await (await connect(entry)).ask<{ items: TokenView[] }>({ path: '/api/tokens' });
  if (json) return outJson(page);
  if (page.items.length === 0) note('No tokens: only the owner, and on this machine the agent "local".');
  outTable(page.items, [
    { heading: 'ID', cell: token => token.id },
    { heading: 'NAME', cell: token => token.name },
    { heading: 'ROLE', cell: token => `${token.role}${token.selfApprove ? ' (approves itself)' : ''}` },
    { heading: 'EXPIRES', cell: token => token.expiresAt ?? '-' },
    { heading: 'TOOLS', cell: token => token.tools?.join(' ') ?? 'all' },
  ]);
}
