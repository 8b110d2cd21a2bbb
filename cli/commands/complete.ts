import type { SourceView } from '../../machines/schema/source.ts';
import type { ToolHit } from '../../machines/schema/tool.ts';
import type { Context } from '../command.ts';
import { connectRunning } from '../connect.ts';
import { out } from '../print.ts';

const MOST = 200;

/** `executor complete tools|sources [prefix]`: what a shell offers next. Starts no daemon: pressing Tab starts nothing. */
export async function run({ words: [what, prefix = ''] }: Context): Promise<undefined> {
  const daemon = await connectRunning();
  if (!daemon) return;
  const { items: sources } = await daemon.ask<{ items: SourceView[] }>({ path: '/api/sources' });
  const dot = prefix.indexOf('.');
  const source = sources.find(({ namespace }) => namespace === prefix.slice(0, Math.max(dot, 0)));
  if (what !== 'tools' || !source) {
    for (const { namespace } of sources) out(what === 'tools' ? `${namespace}.` : namespace);
    return;
  }
  const rest = prefix.slice(dot + 1).replaceAll('.', ' ');
  const query = `source=${encodeURIComponent(source.namespace)}&limit=${rest ? MOST : 1000}${rest ? `&q=${encodeURIComponent(rest)}` : ''}`;
  const { items } = await daemon.ask<{ items: ToolHit[] }>({ path: `/api/tools?${query}` });
  for (const { path } of items) if (path.startsWith(prefix)) out(path);
}
