import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** A longer log is put aside as `daemon.log.1`. */
const LOG_BYTES = 10 * 1024 * 1024;
const EVERY_MS = 3_600_000;

/**
 * Keeps the log of a daemon that runs for months within bounds. The file is copied and cut, not renamed: whoever started the daemon
 * has it open, for appending.
 */
export function rotateLog(dataDir: string, { limit = LOG_BYTES }: { limit?: number } = {}): void {
  const path = join(dataDir, 'logs', 'daemon.log');
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= limit) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** Rotates now and then for as long as the process runs; a log that cannot be rotated is said in it. */
export function keepLogShort(dataDir: string, log: (line: string) => void): void {
  const rotate = () => {
    try {
      rotateLog(dataDir);
    } catch (error) {
      log(`the log could not be rotated: ${(error as Error).message}`);
    }
  };
  rotate();
  setInterval(rotate, EVERY_MS).unref();
}
