import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const PRIVATE = 0o600;

/** Reads a file only its owner should see, and takes everybody else's access away. Gives undefined when there is none. */
export function readPrivateFile(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (process.platform !== 'win32' && (fs.fstatSync(descriptor).mode & 0o077) !== 0) fs.fchmodSync(descriptor, PRIVATE);
    return fs.readFileSync(descriptor, 'utf8');
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Creates a file that is complete and on disk from the instant it has its name, mode 0600. Gives false, and changes nothing, when the
 * name is taken: of two processes that start at once, one wins and the other reads.
 */
export function createPrivateFile(file: string, text: string): boolean {
  const draft = writeDraft(file, text);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    return createInPlace(file, text); // file systems without hard links (exFAT, some network shares)
  } finally {
    fs.rmSync(draft, { force: true });
    syncDirectory(file);
  }
}

/** Replaces a file in one step, mode 0600: a reader sees the old text or the new one. */
export function replacePrivateFile(file: string, text: string): void {
  const draft = writeDraft(file, text);
  try {
    fs.renameSync(draft, file);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
  syncDirectory(file);
}

function writeDraft(file: string, text: string): string {
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
  writeExclusively(draft, text);
  return draft;
}

function createInPlace(file: string, text: string): boolean {
  try {
    writeExclusively(file, text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function writeExclusively(file: string, text: string): void {
  const descriptor = fs.openSync(file, 'wx', PRIVATE);
  try {
    fs.writeFileSync(descriptor, text);
    fs.fsyncSync(descriptor);
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

function syncDirectory(file: string): void {
  if (process.platform === 'win32') return; // Windows cannot open a directory for this
  const descriptor = fs.openSync(path.dirname(file), 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
