import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Faulty } from './faulty.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/mcp/faulty-server.mjs', import.meta.url));

/** A program that goes wrong in the way a file beside it says; its `url` is the program's path. */
export async function openFaultyCommand(): Promise<Faulty> {
  const directory = await mkdtemp(join(tmpdir(), 'executor-faulty-'));
  const program = join(directory, 'server.mjs');
  await copyFile(PROGRAM, program);
  const starts = join(directory, 'starts');
  return {
    url: program,
    contacts: () => (existsSync(starts) ? readFileSync(starts).length : 0),
    become: fault => writeFile(join(directory, 'fault'), fault),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
