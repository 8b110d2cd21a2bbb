import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Ending } from '../upstream-recorder.ts';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const API = fileURLToPath(new URL('./typescript-api.mjs', import.meta.url));

/** The strictest a consumer may be that imports other people's code. */
const STRICT =
  '--ignoreConfig --strict --noEmit --target es2022 --module esnext --moduleResolution bundler --lib es2022,dom,dom.iterable --types  --skipLibCheck --verbatimModuleSyntax --isolatedModules'.split(
    ' ',
  );

/** Makes a client of an OpenAPI document, in the folder where it lies as `openapi.json`. */
export type Generator = (folder: string) => Promise<unknown>;

/** https://openapi-ts.dev: types only, for `openapi-fetch` to call with. */
export const openapiTypescript: Generator = folder => runTool(folder, 'openapi-typescript/bin/cli.js', ['openapi.json', '-o', 'schema.ts']);

/** https://heyapi.dev: one function for each operation, and a client of its own beside them. */
export const heyApi: Generator = folder => runTool(folder, '@hey-api/openapi-ts/dist/run.mjs', ['-i', 'openapi.json', '-o', 'generated']);

const runTool = (cwd: string, tool: string, args: readonly string[]) =>
  run(process.execPath, ['--import', pathToFileURL(API).href, join(MODULES, tool), ...args], { cwd });

/**
 * What `program` exports, when it is written against the client that a stranger's tool has made of our document: it is checked as strictly
 * as people do, and bundled as they do.
 */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
export async function strangersClient(t: Ending, document: string, generate: Generator, program: string): Promise<any> {
  const folder = mkdtempSync(join(tmpdir(), 'executor-stranger-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'openapi.json'), document);
  writeFileSync(join(folder, 'program.ts'), program);
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  await generate(folder);
  await run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), ...STRICT, 'program.ts'], { cwd: folder });
  const outfile = join(folder, 'program.mjs');
  await build({ entryPoints: [join(folder, 'program.ts')], outfile, bundle: true, format: 'esm', logLevel: 'error' });
  return import(pathToFileURL(outfile).href);
}
