import { pathOf } from '../call-input.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';
import { outTools, readCount, toolsBelow } from '../tools.ts';

/** `executor tools list [prefix]` */
export async function run({ entry, json, words, flags }: Context): Promise<undefined> {
  const prefix = pathOf(words);
  const { items, more } = await toolsBelow(await connect(entry), prefix, readCount('limit', text(flags, 'limit')));
  if (json) return outJson({ items });
  if (items.length === 0) note(prefix ? `No tools below ${prefix}` : 'No tools yet. Add a source: executor add <url-or-file>');
  outTools(items);
  if (more) note('… and more');
}
