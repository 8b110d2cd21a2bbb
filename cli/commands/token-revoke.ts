import type { TokenView } from '../../machines/schema/principal.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { note, out, outJson, shown } from '../print.ts';

/** `executor token revoke <id-or-name>` */
export async function run({ entry, json, words }: Context): Promise<number> {
  const daemon = await connect(entry);
  const { items } = await daemon.ask<{ items: TokenView[] }>({ path: '/api/tokens' });
  const meant = items.filter(token => token.id === words[0] || token.name === words[0]);
  if (meant.length === 0) {
    note(`No token has the id or name ${JSON.stringify(words[0])}. All tokens: executor token list`);
    return EXIT.failed;
  }
  for (const token of meant) {
    await daemon.ask({ method: 'DELETE', path: `/api/tokens/${encodeURIComponent(token.id)}` });
    if (!json) out(`${token.id}  ${shown(token.name)} is revoked`);
  }
  if (json) outJson({ items: meant });
  return EXIT.ok;
}
