import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { note, outJson } from '../print.ts';
import { outTools, readCount, type ToolPage } from '../tools.ts';

/** `executor tools search <query…>` */
export async function run({ entry, json, words, flags }: Context): Promise<undefined> {
  const limit = readCount('limit', text(flags, 'limit') ?? (json ? undefined : '20'), 1000);
  const source = text(flags, 'source');
  const cursor = text(flags, 'cursor');
  const query = new URLSearchParams({
    q: words.join(' '),
    ...(limit && { limit: String(limit) }),
    ...(source && { source }),
    ...(cursor && { cursor }),
  });
  const page = await (await connect(entry)).ask<ToolPage>({ path: `/api/tools?${query}` });
  if (json) return outJson(page);
  if (page.items.length === 0) note(`No tool found for ${JSON.stringify(words.join(' '))}. All tools: executor tools list`);
  outTools(page.items);
}
