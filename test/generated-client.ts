import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

/** A generated client as a program has it: its types are stripped, for not every Node runs TypeScript. */
export async function importClient(t: TestContext, typescript: string) {
  const folder = mkdtempSync(join(tmpdir(), 'executor-client-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'executor.mjs');
  writeFileSync(file, (await transform(typescript, { loader: 'ts', format: 'esm' })).code);
  return import(pathToFileURL(file).href);
}
