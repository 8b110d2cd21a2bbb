import { join } from 'node:path';
import { Level } from 'level';
import { FaultError } from '../machines/schema/fault.ts';
import { findDamage } from './damage.ts';
import { type Db, openStore, type Store } from './store.ts';

/**
 * Opens the database of a data directory, after a look whether everything that was acknowledged can still be read.
 * @throws FaultError internal when it is damaged, another process holds it, or it cannot be opened
 */
export async function openDatabase(dataDir: string, onFatal: (error: unknown) => void): Promise<Store> {
  const damage = findDamage(join(dataDir, 'db'));
  if (damage) {
    throw new FaultError(
      'internal',
      `the database in ${dataDir} is damaged: ${damage}. Nothing was changed; put a backup back with: executor restore <file>`,
      { details: { reason: 'damaged', dataDir } },
    );
  }
  const db = new Level<string, string>(join(dataDir, 'db'));
  try {
    await db.open();
  } catch (cause) {
    const code = (cause as { cause?: { code?: string } }).cause?.code;
    if (code === 'LEVEL_LOCKED') {
      throw new FaultError('internal', `another daemon holds ${dataDir}`, { cause, details: { reason: 'locked', dataDir } });
    }
    throw new FaultError(
      'internal',
      `the database in ${dataDir} cannot be opened: ${(cause as { cause?: Error }).cause?.message ?? cause}`,
      {
        cause,
        details: { reason: 'database', dataDir },
      },
    );
  }
  try {
    return await openStore(db as unknown as Db, onFatal);
  } catch (error) {
    await db.close();
    throw error;
  }
}
