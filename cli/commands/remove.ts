import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { out, outJson, shown } from '../print.ts';

/** `executor remove <ns>` */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const answer = await (await connect(entry)).ask<unknown>({ method: 'DELETE', path: `/api/sources/${encodeURIComponent(words[0]!)}` });
  if (json) outJson(answer ?? {});
  else out(`${shown(words[0]!)} is removed`);
}
