import type { Diff } from '../../machines/schema/source.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { count, out, outJson, paint, shown } from '../print.ts';
import { startProgress } from '../progress.ts';

const SHOWN = 50;
const SIGNS = { added: ['+', 'green'], changed: ['~', 'yellow'], removed: ['-', 'red'], held: ['!', 'cyan'] } as const;

/** `executor refresh <ns>` */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const daemon = await connect(entry);
  const progress = startProgress(`refreshing ${words[0]}`);
  const path = `/api/sources/${encodeURIComponent(words[0]!)}/refresh`;
  const diff = await daemon.ask<Diff>({ method: 'POST', path, body: {}, idleMs: 300_000 }).finally(() => progress.end());
  if (json) return outJson(diff);
  const kinds = Object.keys(SIGNS) as (keyof typeof SIGNS)[];
  for (const kind of kinds) {
    const paths = diff[kind] ?? [];
    const [sign, colour] = SIGNS[kind];
    for (const path of paths.slice(0, SHOWN)) out(paint(colour, `${sign} ${shown(path)}`));
    if (paths.length > SHOWN) out(`${sign} … and ${paths.length - SHOWN} more (--json shows all)`);
  }
  const changes = kinds.filter(kind => diff[kind]?.length).map(kind => `${diff[kind].length} ${kind}`);
  out(
    changes.length > 0
      ? `${count(diff.added.length + diff.changed.length + diff.removed.length, 'change')}: ${changes.join(', ')}`
      : 'no changes',
  );
}
