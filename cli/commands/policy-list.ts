import type { Policy } from '../../machines/schema/policy.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';

/** `executor policy list` */
export async function run({ entry, json }: Context): Promise<undefined> {
  const page = await (await connect(entry)).ask<{ items: Policy[] }>({ path: '/api/policies?limit=1000' });
  if (json) return outJson(page);
  if (page.items.length === 0) note('No rules: reads run, everything else asks.');
  const isEver = (field: 'when' | 'expiresAt' | 'remembered') => page.items.some(policy => policy[field] !== undefined);
  outTable(page.items, [
    { heading: 'ID', cell: policy => policy.id },
    { heading: 'DECISION', cell: policy => policy.decision },
    { heading: 'PATTERN', cell: policy => policy.pattern },
    ...(isEver('expiresAt') ? [{ heading: 'UNTIL', cell: (policy: Policy) => policy.expiresAt ?? '-' }] : []),
    ...(isEver('remembered') ? [{ heading: 'REMEMBERED', cell: (policy: Policy) => policy.remembered?.scope ?? '-' }] : []),
    ...(isEver('when') ? [{ heading: 'WHEN', cell: ({ when }: Policy) => (when ? JSON.stringify(when) : '') }] : []),
  ]);
}
