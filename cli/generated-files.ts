import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Daemon } from './connect.ts';
import { UsageError } from './failure.ts';
import { fetchText } from './fetch-text.ts';

const FORMATS = { openapi: ['openapi'], typescript: ['typescript'], both: ['openapi', 'typescript'] } as const;
export type Format = keyof typeof FORMATS;
const ENDING = { openapi: '.openapi.json', typescript: '.ts' } as const;

/** A file to be generated, and what it is to hold. */
export interface GeneratedFile {
  readonly format: 'openapi' | 'typescript';
  readonly file: string;
  readonly text: string;
}

/** @throws UsageError for a format nobody knows */
export function formatOf(given: string | undefined): Format {
  if (given === undefined) return 'both';
  if (Object.hasOwn(FORMATS, given)) return given as Format;
  throw new UsageError(`there is no format "${given}"`, `Formats: ${Object.keys(FORMATS).join(', ')}`);
}

/** Asks the daemon for each file of a format. With `both`, `output` is a stem: `<output>.openapi.json` and `<output>.ts`. */
export async function generate(
  daemon: Daemon,
  { format, source, output }: { format: Format; source: string | undefined; output: string | undefined },
): Promise<GeneratedFile[]> {
  const query = source === undefined ? '' : `?source=${encodeURIComponent(source)}`;
  const files: GeneratedFile[] = [];
  for (const one of FORMATS[format]) {
    const file = format === 'both' || output === undefined ? `${output ?? 'executor'}${ENDING[one]}` : output;
    files.push({ format: one, file: resolve(file), text: await fetchText(daemon, `/api/tools/export/${one}${query}`) });
  }
  return files;
}

/** Whether the file is there and holds just this. */
export function isCurrent({ file, text }: GeneratedFile): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false; // not there, or not to be read: either way it has to be written
  }
}

/** Puts the file in place at once; a reader sees the old one or the new one. */
export function writeWhole({ file, text }: Pick<GeneratedFile, 'file' | 'text'>): void {
  const partial = `${file}.partial-${process.pid}`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
}
