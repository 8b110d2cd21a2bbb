import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { indexInWorker } from '../runtime/indexing/indexer.ts';
import { report } from './figures.ts';

/**
 * Indexing GitHub's GraphQL schema in the worker, from its bytes to the last row, thread start included; as introspection and as SDL.
 * `npm run build && npm run bench -- graphql`.
 */

const ROUNDS = 10;
const at = (name: string): string => fileURLToPath(new URL(`../node_modules/@octokit/graphql-schema/${name}`, import.meta.url));

console.log('| what | target | median | p95 | samples | verdict |\n| --- | --- | --- | --- | --- | --- |');
for (const name of ['schema.json', 'schema.graphql']) {
  const times: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = new Uint8Array(readFileSync(at(name)));
    const before = process.cpuUsage();
    const from = performance.now();
    await indexInWorker({ kind: 'graphql', namespace: 'github', bytes, url: 'https://api.github.com/graphql', endpoint: true }, () => {});
    times.push(performance.now() - from);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1_000);
  }
  report(`GitHub GraphQL, ${name}: indexed`, times, { target: 450 });
  report(`GitHub GraphQL, ${name}: CPU of all threads`, cpu);
}
