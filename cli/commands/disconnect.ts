import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { UsageError } from '../failure.ts';
import { out, outJson, shown } from '../print.ts';

/** `executor disconnect <ns>/<name>` */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const [source = '', name = '', ...more] = words[0]!.split('/');
  if (source === '' || name === '' || more.length > 0) {
    throw new UsageError(
      `${JSON.stringify(words[0])} is no connection; it is written like github/work`,
      'What there is: executor connections',
    );
  }
  const path = `/api/connections/${encodeURIComponent(source)}/${encodeURIComponent(name)}`;
  const answer = await (await connect(entry)).ask<unknown>({ method: 'DELETE', path });
  if (json) outJson(answer ?? {});
  else out(`${shown(words[0]!)} is disconnected, and its credential deleted`);
}
