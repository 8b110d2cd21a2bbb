import { resolve } from 'node:path';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { writeWhole } from '../generated-files.ts';
import { note, out } from '../print.ts';

/** `executor export`: the configuration, without secrets, or the schema of such a file; on stdout or in a file. */
export async function run({ entry, flags }: Context): Promise<undefined> {
  const config = await (await connect(entry)).ask<object>({ path: flags.schema ? '/api/config/schema' : '/api/config' });
  const json = JSON.stringify(config, null, 2);
  const output = text(flags, 'output');
  if (output === undefined) return out(json);
  writeWhole({ file: resolve(output), text: `${json}\n` });
  note(output);
}
