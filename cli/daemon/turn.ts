import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './alive.ts';

const STALE_MS = 10_000;

/**
 * Takes the turn to start the daemon. Ten commands that start at once would otherwise boot ten daemons for one to remain; that only
 * one does remain is the data directory's own lock's doing, so a turn that was lost or taken twice does no harm.
 * @returns the way to give it back, or undefined while another process has it
 */
export function takeTurn(directory: string): (() => void) | undefined {
  const file = join(directory, 'starting');
  if (isStale(file)) rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return () => rmSync(file, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

function isStale(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Date.now() - statSync(file).mtimeMs > STALE_MS || (pid > 0 && !isAlive(pid));
  } catch {
    return false; // nobody's turn
  }
}
