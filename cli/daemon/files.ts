import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { DaemonFile } from '../../runtime/daemon-file.ts';
import { UnreachableError } from '../failure.ts';

// What `runtime/data-dir.ts`, `daemon-file.ts` and `token.ts` do, for reading only: they load TypeBox, which costs the start of every
// command more than its work. A test holds both to the same answers.

/**
 * The data directory (CONTRACT, section 2), absolute.
 * @throws UnreachableError without a variable and a home to find it from
 */
export function dataDirectory(env = process.env, platform = process.platform, home = env.HOME || homeOfUser()): string {
  if (env.EXECUTOR_DATA_DIR) return resolve(env.EXECUTOR_DATA_DIR);
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'executor');
  const isXdg = platform !== 'win32' && platform !== 'darwin';
  if (isXdg && env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return join(env.XDG_DATA_HOME, 'executor');
  if (!isAbsolute(home)) throw new UnreachableError('there is no home directory to keep data in; set EXECUTOR_DATA_DIR');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'executor');
  return platform === 'win32' ? join(home, 'AppData', 'Local', 'executor') : join(home, '.local', 'share', 'executor');
}

/** Where a daemon says it is. A missing or damaged file is undefined: it is a hint, and whoever answers there must prove itself. */
export function readDaemonFile(directory: string): DaemonFile | undefined {
  try {
    const found = JSON.parse(readFileSync(join(directory, 'daemon.json'), 'utf8')) as DaemonFile;
    return typeof found?.url === 'string' && URL.canParse(found.url) ? found : undefined;
  } catch {
    return undefined; // not there, not readable, not JSON: the same to a client
  }
}

/** The owner's token, once a daemon has made it. */
export function readToken(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'token'), 'utf8').trim() || undefined;
  } catch {
    return undefined; // not there, or another user's: then it is not ours to send
  }
}

function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return ''; // a user without an entry in the password database, as in some containers
  }
}
