import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** An empty directory that goes with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'executor-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The permission bits of a file, as `600`. */
export function modeOf(file: string): string {
  return (fs.statSync(file).mode & 0o777).toString(8);
}
