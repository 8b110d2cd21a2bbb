import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FaultError } from '../machines/schema/fault.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The user's home directory; empty when there is none. */
  readonly home: string;
}

/**
 * The data directory (CONTRACT, section 2): `EXECUTOR_DATA_DIR`, else the platform's own place. Always absolute, so that nothing depends on
 * the working directory later. Throws `invalid_arguments` when there is neither the variable nor a home.
 */
export function resolveDataDir({ env, platform, home }: Surroundings = here()): string {
  const given = env.EXECUTOR_DATA_DIR;
  if (given !== undefined && given !== '') return path.resolve(given);
  if (platform === 'win32' && env.LOCALAPPDATA) return path.join(env.LOCALAPPDATA, 'executor');
  if (platform !== 'win32' && platform !== 'darwin' && env.XDG_DATA_HOME && path.isAbsolute(env.XDG_DATA_HOME)) {
    return path.join(env.XDG_DATA_HOME, 'executor'); // relative paths are to be ignored: XDG Base Directory Specification
  }
  if (!path.isAbsolute(home))
    throw new FaultError('invalid_arguments', 'There is no home directory to keep data in; set EXECUTOR_DATA_DIR');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'executor');
  if (platform === 'win32') return path.join(home, 'AppData', 'Local', 'executor');
  return path.join(home, '.local', 'share', 'executor');
}

/**
 * Makes the directory ready, mode 0700, and gives its path. One that others could look into is closed, with all that is in it. The
 * daemon sets `process.umask(0o077)` before, so that what LevelDB writes into it is private too.
 * Throws `internal` with `details.reason`: not a directory, owned by another user, not writable, no space.
 */
export function openDataDir(directory: string): string {
  try {
    make(directory);
    const found = fs.statSync(directory);
    if (!found.isDirectory()) throw unusable(directory, 'not_a_directory', 'it is not a directory');
    const user = process.getuid?.();
    if (user !== undefined && found.uid !== user)
      throw unusable(directory, 'foreign_owner', `it belongs to the user ${found.uid}, not to ${user}`);
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) close(directory);
    probe(directory);
  } catch (error) {
    throw error instanceof FaultError ? error : explain(directory, error as NodeJS.ErrnoException);
  }
  return directory;
}

function here(): Surroundings {
  return { env: process.env, platform: process.platform, home: process.env.HOME || homeOfUser() };
}

function homeOfUser(): string {
  try {
    return os.homedir();
  } catch {
    return ''; // a user without an entry in the password database, as in some containers
  }
}

/** Level by level: Node's own `recursive` never returns where the system denies a new directory with ENOENT, as /proc does. */
function make(directory: string): void {
  if (fs.existsSync(directory)) return;
  if (path.dirname(directory) !== directory) make(path.dirname(directory));
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was first
  }
}

/** Others had access until now: the directory first, so that nobody new gets in while the rest is closed. */
function close(directory: string): void {
  fs.chmodSync(directory, 0o700);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const inner = path.join(directory, entry.name);
    if (entry.isDirectory()) close(inner);
    else if (entry.isFile()) fs.chmodSync(inner, 0o600);
  }
}

/** A full or read-only disk is told now, not in the middle of the first call. */
function probe(directory: string): void {
  const file = path.join(directory, `.probe-${process.pid}`);
  fs.writeFileSync(file, 'x', { mode: 0o600 });
  fs.rmSync(file);
}

function explain(directory: string, error: NodeJS.ErrnoException): FaultError {
  if (error.code === 'EROFS' || error.code === 'EACCES' || error.code === 'EPERM')
    return unusable(directory, 'not_writable', `it cannot be written to (${error.code})`, error);
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return unusable(directory, 'no_space', 'there is no space left', error);
  if (error.code === 'EEXIST' || error.code === 'ENOTDIR')
    return unusable(directory, 'not_a_directory', 'it, or something above it, is not a directory', error);
  return unusable(directory, 'unusable', error.message, error);
}

function unusable(directory: string, reason: string, why: string, cause?: unknown): FaultError {
  return new FaultError(
    'internal',
    `The data directory ${directory} cannot be used: ${why}. Set EXECUTOR_DATA_DIR to another one, or mend it`,
    {
      details: { reason, path: directory },
      ...(cause !== undefined && { cause }),
    },
  );
}
