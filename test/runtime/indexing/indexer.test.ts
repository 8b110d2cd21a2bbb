import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Tool } from '../../../machines/schema/tool.ts';
import { type Chunk, identify, indexInWorker } from '../../../runtime/indexing/indexer.ts';
import { openapi } from '../../../runtime/kinds/openapi/openapi.ts';

const github = (): Uint8Array =>
  readFileSync(new URL('../../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
const small = (): Uint8Array => Buffer.from(JSON.stringify({ openapi: '3.0.0', info: { title: 'Small' }, paths: { '/x': { get: {} } } }));
const coded = (code: string) => (error: unknown) => error instanceof FaultError && error.code === code;

test('GitHub comes back in chunks of ready-made strings, the same catalog as without a worker, and the event loop stays free', async () => {
  const expected = await openapi.index({ namespace: 'github', bytes: github() });
  const chunks: Chunk[] = [];
  const before = performance.eventLoopUtilization();
  const summary = await indexInWorker({ kind: 'openapi', namespace: 'github', bytes: github() }, chunk => void chunks.push(chunk));
  const { utilization } = performance.eventLoopUtilization(before);
  const rows = chunks.flatMap(chunk => (chunk.type === 'tools' ? chunk.rows : []));
  const hits = chunks.flatMap(chunk => (chunk.type === 'tools' ? (JSON.parse(chunk.hits) as { path: string; keywords: string }[]) : []));
  const definitions = chunks.flatMap(chunk => (chunk.type === 'definitions' ? chunk.rows : []));
  assert.equal(summary.toolCount, 1223);
  assert.deepEqual(
    rows.map(({ hash }) => hash),
    expected.tools.map(({ tool }) => tool.hash),
  );
  assert.deepEqual(JSON.parse(rows[7]!.json) as Tool, JSON.parse(JSON.stringify(expected.tools[7]!.tool)));
  assert.deepEqual(
    hits.map(({ path }) => path),
    rows.map(({ path }) => path),
  );
  assert.equal(definitions.length, expected.definitions.size);
  assert.ok(chunks.findLastIndex(({ type }) => type === 'definitions') < chunks.findIndex(({ type }) => type === 'tools'));
  assert.deepEqual(chunks.filter(chunk => chunk.type === 'progress').at(-1), { type: 'progress', done: 1223, total: 1223 });
  assert.ok(utilization < 0.5, `the main thread was busy ${Math.round(utilization * 100)} % of the time`);
});

test('a slow receiver holds the worker back instead of being buried', async () => {
  let running = 0;
  let most = 0;
  await indexInWorker({ kind: 'openapi', namespace: 'github', bytes: github() }, async () => {
    most = Math.max(most, ++running);
    await new Promise(resolve => setTimeout(resolve, 1));
    running--;
  });
  assert.equal(most, 1);
});

test('what a receiver throws ends the indexing with it', async () => {
  await assert.rejects(
    indexInWorker({ kind: 'openapi', namespace: 'x', bytes: small() }, () => {
      throw new Error('disk full');
    }),
    /disk full/,
  );
});

test('a refusal crosses the thread with its code and its reason', async () => {
  const refused = async (text: string): Promise<string> => {
    try {
      await indexInWorker({ kind: 'openapi', namespace: 'x', bytes: Buffer.from(text) }, () => {});
    } catch (error) {
      assert.ok(coded('source_not_recognised')(error), String(error));
      return (error as Error).message;
    }
    return assert.fail('not refused');
  };
  assert.match(await refused('<html></html>'), /HTML page/);
  assert.match(await refused('{"openapi":"3.0.0","paths":{}}'), /no paths/);
  assert.match(await refused('{"a":1}'), /neither an `openapi` nor a `swagger`/);
});

test('a kind that is not made from a document is refused', async () => {
  await assert.rejects(
    indexInWorker({ kind: 'mcp', namespace: 'x', bytes: small() }, () => {}),
    coded('source_not_recognised'),
  );
});

test('indexing can be cancelled', async () => {
  const controller = new AbortController();
  const running = indexInWorker({ kind: 'openapi', namespace: 'x', bytes: github() }, () => controller.abort(), {
    signal: controller.signal,
  });
  await assert.rejects(running, coded('cancelled'));
});

test('a document is identified by what it is, and what is none by what it is instead', async () => {
  const [candidate] = await identify({ bytes: small(), url: 'https://api.small.example/openapi.json' });
  assert.deepEqual([candidate?.kind, candidate?.name, candidate?.namespace], ['openapi', 'Small', 'small']);
  await assert.rejects(identify({ bytes: Buffer.from('<!doctype html>'), contentType: 'text/html' }), /HTML page/);
  await assert.rejects(identify({ bytes: Buffer.from([0, 1, 2]) }), /binary/);
});

test('bytes that are part of a larger buffer leave the rest of it alone', async () => {
  const pool = Buffer.concat([Buffer.from('before'), small(), Buffer.from('after')]);
  await indexInWorker({ kind: 'openapi', namespace: 'x', bytes: pool.subarray(6, pool.length - 5) }, () => {});
  assert.equal(pool.subarray(0, 6).toString(), 'before');
});

test('documents that references lead to are fetched by the main thread, on behalf of the worker', async () => {
  const schema = { $ref: 'other.json#/Thing' };
  const document = { openapi: '3.0.0', paths: { '/x': { post: { requestBody: { content: { 'application/json': { schema } } } } } } };
  const rows: string[] = [];
  await indexInWorker(
    {
      kind: 'openapi',
      namespace: 'x',
      url: 'https://specs.example/openapi.json',
      bytes: Buffer.from(JSON.stringify(document)),
      external: async url => Buffer.from(JSON.stringify({ Thing: { type: 'object', properties: { from: { const: url } } } })),
    },
    chunk => void (chunk.type === 'tools' && rows.push(...chunk.rows.map(({ json }) => json))),
  );
  assert.match(rows.join(), /"from":\{"const":"https:\/\/specs\.example\/other\.json"\}/);
});

test('one document after the other is read by the same thread, and a refusal in between does it no harm', async () => {
  const started: Worker[] = [];
  const watch = (worker: Worker): void => void started.push(worker);
  process.on('worker', watch);
  try {
    const summaries: string[] = [];
    for (const title of ['One', 'Two', 'Three']) {
      const document = Buffer.from(JSON.stringify({ openapi: '3.0.0', info: { title }, paths: { '/x': { get: {} } } }));
      summaries.push((await indexInWorker({ kind: 'openapi', namespace: 'x', bytes: document }, () => {})).name);
      await assert.rejects(
        indexInWorker({ kind: 'openapi', namespace: 'x', bytes: Buffer.from('{}') }, () => {}),
        coded('source_not_recognised'),
      );
    }
    assert.deepEqual(summaries, ['One', 'Two', 'Three']);
    assert.ok(started.length <= 1, `${started.length} threads were started`);
  } finally {
    process.off('worker', watch);
  }
});

test('two at the same time have a thread each', async () => {
  const both = await Promise.all(
    ['One', 'Two'].map(title => {
      const document = Buffer.from(JSON.stringify({ openapi: '3.0.0', info: { title }, paths: { '/x': { get: {} } } }));
      return indexInWorker({ kind: 'openapi', namespace: 'x', bytes: document }, () => {});
    }),
  );
  assert.deepEqual(
    both.map(({ name }) => name),
    ['One', 'Two'],
  );
});
