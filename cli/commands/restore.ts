import { resolve } from 'node:path';
import type { Fault } from '../../machines/schema/fault.ts';
import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { noteFault } from '../faults.ts';
import { note, outJson } from '../print.ts';

/** `executor restore <file>`: works on the data directory itself, for no daemon may hold it. */
export async function run({ words, flags, json }: Context): Promise<number> {
  const [name] = words;
  if (name === undefined) throw new UsageError('say which backup to restore', 'executor restore executor.backup');
  process.umask(0o077);
  const { restoreBackup } = await import('../../runtime/restore-backup.ts');
  const dataDir = dataDirectory();
  try {
    const { entries, former } = await restoreBackup(resolve(name), dataDir, { force: flags.force === true });
    if (json) outJson({ dataDir, entries, ...(former && { former }) });
    else note(`${entries.toLocaleString('en-US')} entries restored into ${dataDir}${former ? `; what was there is in ${former}` : ''}`);
    return EXIT.ok;
  } catch (error) {
    // A fault by its shape: its class would bring the schemas along, which no client command loads.
    const { name, code, message } = error as Error & Fault;
    if (name !== 'FaultError') throw error;
    noteFault({ code, message });
    return EXIT.failed;
  }
}
