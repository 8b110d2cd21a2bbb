import type { Policy } from '../../machines/schema/policy.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { note, out, outJson, shown } from '../print.ts';

/** `executor policy remove <id-or-pattern>` */
export async function run({ entry, json, words }: Context): Promise<number> {
  const daemon = await connect(entry);
  const { items } = await daemon.ask<{ items: Policy[] }>({ path: '/api/policies?limit=1000' });
  const meant = items.filter(policy => policy.id === words[0] || policy.pattern === words[0]);
  if (meant.length === 0) {
    note(`No rule has the id or pattern ${JSON.stringify(words[0])}. All rules: executor policy list`);
    return EXIT.failed;
  }
  for (const policy of meant) {
    await daemon.ask({ method: 'DELETE', path: `/api/policies/${encodeURIComponent(policy.id)}` });
    if (!json) out(`${policy.id}  ${shown(policy.pattern)} is removed`);
  }
  if (json) outJson({ items: meant });
  return EXIT.ok;
}
