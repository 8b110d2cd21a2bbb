import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { download } from '../download.ts';
import { UsageError } from '../failure.ts';
import { note, outJson } from '../print.ts';

/** `executor backup <file>`: the file is put in place only when it is whole. */
export async function run({ entry, words, flags, json }: Context): Promise<undefined> {
  const [name] = words;
  if (name === undefined) throw new UsageError('say which file the backup is to be', 'executor backup executor.backup');
  const file = resolve(name);
  const partial = `${file}.partial-${process.pid}`;
  const daemon = await connect(entry);
  try {
    const bytes = await download(daemon, `/api/backup${flags['with-key'] ? '?withKey=1' : ''}`, partial);
    await rename(partial, file);
    if (json) outJson({ file, bytes });
    else note(`${file}: ${bytes.toLocaleString('en-US')} bytes`);
  } finally {
    await rm(partial, { force: true });
  }
}
