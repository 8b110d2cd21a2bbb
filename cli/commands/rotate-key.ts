import type { Fault } from '../../machines/schema/fault.ts';
import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { EXIT } from '../exit-codes.ts';
import { noteFault } from '../faults.ts';
import { note, outJson } from '../print.ts';

/** `executor rotate-key`: works on the data directory itself, for no daemon may hold it. */
export async function run({ json }: Context): Promise<number> {
  process.umask(0o077);
  const [{ rotateKey }, { openKeychain }] = await Promise.all([import('../../runtime/rotate-key.ts'), import('../../runtime/keychain.ts')]);
  const dataDir = dataDirectory();
  try {
    const keychain = await openKeychain();
    const secrets = await rotateKey(dataDir, keychain ? { keychain } : {});
    if (json) outJson({ dataDir, secrets });
    else note(`${secrets.toLocaleString('en-US')} secrets are sealed under a new key. Backups made with the old key need that key.`);
    return EXIT.ok;
  } catch (error) {
    // A fault by its shape: its class would bring the schemas along, which no client command loads.
    const { name, code, message } = error as Error & Fault;
    if (name !== 'FaultError') throw error;
    noteFault({ code, message });
    return EXIT.failed;
  }
}
