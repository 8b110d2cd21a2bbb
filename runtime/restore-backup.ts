import { createReadStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Level } from 'level';
import { FaultError } from '../machines/schema/fault.ts';
import { readBackup } from './backup.ts';
import { openDataDir } from './data-dir.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

/**
 * Loads a backup into a data directory that no daemon holds. What was there before is kept beside it, under a name with the time.
 * @param options `force` replaces a database that is there
 * @returns how many entries were loaded, and where the former database is
 * @throws FaultError when a daemon holds the directory, the backup is not whole, or its key is another one than the directory's
 */
export async function restoreBackup(
  file: string,
  dataDir: string,
  options: { force?: boolean } = {},
): Promise<{ entries: number; former?: string }> {
  openDataDir(dataDir);
  const place = join(dataDir, 'db');
  const aside = join(dataDir, `db.restoring-${process.pid}`);
  if (existsSync(place)) {
    await checkFree(place, dataDir);
    if (!options.force) {
      throw new FaultError(
        'invalid_arguments',
        `there is a database in ${dataDir} already; --force puts it aside and restores the backup in its place`,
      );
    }
  }
  const db = new Level<Uint8Array, Uint8Array>(aside, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await db.open();
    const gunzip = createGunzip();
    const source = createReadStream(file);
    source.on('error', error => gunzip.destroy(error));
    const { header, entries } = await readBackup(source.pipe(gunzip), async batch => {
      await db.batch(batch.map(({ key, value }) => ({ type: 'put', key, value }) as const));
    });
    await db.batch([], { sync: true });
    await db.close();
    placeSecret(join(dataDir, 'key'), header.key);
    placeSecret(join(dataDir, 'token'), header.token);
    const former = existsSync(place) ? join(dataDir, `db.before-restore-${new Date().toISOString().replaceAll(':', '-')}`) : undefined;
    if (former) await rename(place, former);
    await rename(aside, place);
    return { entries, ...(former && { former }) };
  } catch (error) {
    await db.close();
    await rm(aside, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FaultError('invalid_arguments', `there is no file ${file}`, { cause: error });
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new FaultError('invalid_arguments', 'this is no whole backup: it is damaged', { cause: error });
    throw error;
  }
}

async function checkFree(place: string, dataDir: string): Promise<void> {
  const db = new Level(place, { createIfMissing: false });
  try {
    await db.open();
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED') {
      throw new FaultError('internal', `a daemon holds ${dataDir}; stop it first: executor daemon stop`, { cause: error });
    }
    // One that cannot be opened is what a backup is for.
  }
  await db.close();
}

/** A backup's key never takes the place of another one: what that one sealed would be lost. */
function placeSecret(file: string, text: string | undefined): void {
  if (text === undefined) return;
  const present = readPrivateFile(file);
  if (present === undefined) createPrivateFile(file, text);
  else if (present.trim() !== text.trim()) {
    throw new FaultError('invalid_arguments', `${file} is another one than the backup's; move it away first if you do not need it`);
  }
}
