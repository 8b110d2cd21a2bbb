import type { ConnectionView } from '../../machines/schema/connection.ts';
import { outTable } from '../columns.ts';
import type { Context } from '../command.ts';
import { connect, type Daemon } from '../connect.ts';
import { note, outJson } from '../print.ts';

/** `executor connections` */
export async function run({ entry, flags, json, words }: Context): Promise<undefined> {
  const query = words[0] ? `?source=${encodeURIComponent(words[0])}` : '';
  const daemon = await connect(entry);
  const page = await daemon.ask<{ items: ConnectionView[] }>({ path: `/api/connections${query}` });
  if (flags.check) page.items = await Promise.all(page.items.map(each => checked(daemon, each)));
  if (json) return outJson(page);
  if (page.items.length === 0) note('No connections yet. Connect a source: executor connect <namespace>');
  outTable(page.items, [
    { heading: 'CONNECTION', cell: each => `${each.source}/${each.name}${each.default ? ' *' : ''}` },
    { heading: 'METHOD', cell: each => each.method },
    { heading: 'STATE', cell: each => each.state },
    { heading: 'ACCOUNT', cell: each => each.identity ?? '-' },
    { heading: 'EXPIRES', cell: each => each.expiresAt ?? '-' },
    { heading: 'CHECKED', cell: each => each.checkedAt ?? '-' },
    { heading: 'LAST ERROR', cell: each => each.error?.message ?? '-' },
  ]);
}

const checked = (daemon: Daemon, { source, name }: ConnectionView): Promise<ConnectionView> =>
  daemon.ask({
    method: 'POST',
    path: `/api/connections/${encodeURIComponent(source)}/${encodeURIComponent(name)}/check`,
    body: {},
    idleMs: 60_000,
  });
