import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FaultCode } from '../../machines/schema/fault.ts';
import type { SourceInput } from '../../machines/schema/source.ts';
import { createRuntime } from '../../runtime/create.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { FAULTS, type FaultName, type Faulty, openFaulty } from './faulty.ts';

export interface FaultSuite {
  readonly kind: string;
  /** A healthy upstream of the kind behind an address, or one that is told itself how to go wrong. */
  readonly upstream: RequestListener | (() => Promise<Faulty>);
  /** The ways it can go wrong; all unless told. */
  readonly faults?: readonly FaultName[];
  /** How it is added, given where it is. */
  readonly input: (url: string) => SourceInput;
  /** What the owner does once it is there. */
  readonly arrange?: (runtime: Runtime) => Promise<void>;
  /** A tool that reads, of the namespace `bad`. */
  readonly read: { readonly path: string; readonly input: Record<string, unknown>; readonly result: unknown };
  /** What a call comes to while the upstream goes wrong, where it is not the same for all kinds. Undefined: it succeeds. */
  readonly calls?: Partial<Record<FaultName, FaultCode | undefined>>;
}

const CALLS: Record<FaultName, FaultCode | undefined> = {
  refuse: 'upstream_unreachable',
  hang: 'upstream_timeout',
  'slow-loris': 'upstream_timeout',
  500: 'upstream_http_error',
  'bad JSON': 'upstream_http_error',
  'huge answer': 'upstream_http_error',
  crash: 'upstream_unreachable',
};

const ADDED: ReadonlySet<FaultName> = new Set(['refuse', 'hang', 'bad JSON']);

/** A fault of which a call sees only that nothing comes: it is over after this long. */
const CALL_MS = 1_500;
const DESCRIPTION_MS = 6_000;
/** On a machine that has much else to do. */
const NORMAL_MS = 5_000;
/** What reading a huge answer may cost: the cap, twice over, and what a run needs anyway. */
const MEMORY = 400 * 1024 * 1024;

/** What must hold of every kind when an upstream goes wrong: it is said what happened, the last good catalog stays, and nobody else is hurt. */
export function testFaults({ kind, upstream, faults = FAULTS, input, arrange, read, calls }: FaultSuite): void {
  describe(`${kind}: an upstream that goes wrong`, () => {
    let faulty: Faulty;
    let neighbour: Faulty;
    let directory: string;
    let runtime: Runtime;
    const options = () => ({
      dataDir: directory,
      patience: { callMs: CALL_MS, descriptionMs: DESCRIPTION_MS },
      sessions: { startMs: DESCRIPTION_MS },
    });

    before(async () => {
      [faulty, neighbour] = await Promise.all([
        upstream.length === 0 ? (upstream as () => Promise<Faulty>)() : openFaulty(upstream as RequestListener),
        openFaulty(shop),
      ]);
      directory = await mkdtemp(join(tmpdir(), 'executor-faults-'));
      runtime = await createRuntime(options());
      await runtime.sources.add({ ...input(faulty.url), namespace: 'bad', allowPrivate: true });
      await runtime.sources.add({ url: `${neighbour.url}/openapi.json`, namespace: 'good', allowPrivate: true });
      for (const namespace of ['bad', 'good']) {
        const { state, error } = await runtime.sources.wait(namespace);
        assert.equal(state, 'ready', error?.message);
      }
      await arrange?.(runtime);
    });
    after(async () => {
      await runtime.close();
      await Promise.all([faulty.close(), neighbour.close()]);
      await rm(directory, { recursive: true, force: true });
    });

    async function call(path: string, arguments_: Record<string, unknown> = {}) {
      const { owner } = runtime.principals;
      const { id } = await runtime.executions.invoke({ path, input: arguments_, principal: owner });
      return runtime.executions.wait(id, owner);
    }

    /** What has failed may be left alone for a moment: it is tried again when its rest is over. */
    async function callUntilDone() {
      for (let n = 0; ; n++) {
        const view = await call(read.path, read.input);
        if (view.state === 'done') return view;
        assert.ok(n < 100, `it is found again; still ${view.error?.message}`);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    }

    async function neighbourAnswers(): Promise<void> {
      const from = performance.now();
      const { state } = await call('good.books.list');
      assert.equal(state, 'done');
      assert.ok(performance.now() - from < NORMAL_MS, 'the other source answers as ever');
    }

    for (const fault of faults) {
      test(`${fault}: calls say what happened, a refresh keeps the last good catalog, the neighbour is not hurt`, async () => {
        const before = process.memoryUsage.rss();
        await faulty.become(fault);
        const [{ state, error }] = await Promise.all([call(read.path, read.input), neighbourAnswers()]);
        const expected = calls && fault in calls ? calls[fault] : CALLS[fault];
        // What does not end is cut at the size limit, or where that takes too long, at the time limit.
        const isLate = fault === 'huge answer' && error?.code === 'upstream_timeout';
        if (!isLate) assert.equal(error?.code, expected, error?.message);
        assert.equal(state, expected === undefined && !isLate ? 'done' : 'failed');

        const refreshed = runtime.sources.refresh('bad');
        await Promise.all([assert.rejects(refreshed), neighbourAnswers()]);
        const view = runtime.sources.get('bad');
        assert.deepEqual([view.state, view.stale], ['ready', true]);
        assert.ok(view.toolCount > 0 && view.error && view.refreshAt, 'with its tools, the reason, and when it is tried again');
        assert.ok(process.memoryUsage.rss() - before < MEMORY, 'nothing piles up in memory');

        await faulty.become('healthy');
        assert.deepEqual((await callUntilDone()).result, read.result);
        await runtime.sources.refresh('bad');
        assert.equal(runtime.sources.get('bad').stale, undefined);
      });

      // The others differ only in what a call meets.
      if (!ADDED.has(fault)) continue;
      test(`${fault}: it can be added, says why it failed, and is there once the upstream is`, async () => {
        await faulty.become(fault);
        await runtime.sources.add({ ...input(faulty.url), namespace: 'late', allowPrivate: true });
        await neighbourAnswers();
        const { state, error, toolCount } = await runtime.sources.wait('late');
        assert.deepEqual([state, toolCount], ['failed', 0]);
        assert.ok(error && error.code !== 'internal' && error.message.length > 10, error?.message);
        await faulty.become('healthy');
        await runtime.sources.refresh('late');
        assert.equal(runtime.sources.get('late').state, 'ready');
        await runtime.sources.remove('late');
      });
    }

    test('one that is down is left alone after a while, is shown so, and is found again', async () => {
      await faulty.become('refuse');
      for (let n = 0; n < 5; n++) await call(read.path, read.input);
      const { outage } = runtime.sources.get('bad');
      assert.ok(outage && outage.failures >= 5 && outage.until > new Date().toISOString());
      const { error } = await call(read.path, read.input);
      assert.match(error?.message ?? '', /left alone for another \d+ s/);
      await faulty.become('healthy');
      await callUntilDone();
      assert.equal(runtime.sources.get('bad').outage, undefined);
    });

    test('a start contacts no upstream, and what is down takes no part in it', async () => {
      await faulty.become('hang');
      await runtime.close();
      const before = faulty.contacts() + neighbour.contacts();
      runtime = await createRuntime(options());
      assert.equal(faulty.contacts() + neighbour.contacts(), before);
      assert.equal(runtime.sources.get('bad').state, 'ready');
      await neighbourAnswers();
    });
  });
}

/** The neighbour: an API with one operation. */
const shop: RequestListener = (req, res) => {
  res.writeHead(200, { 'content-type': 'application/json' });
  if (req.url !== '/openapi.json') return void res.end('{"books":[]}');
  const paths = { '/books': { get: { operationId: 'books/list', tags: ['books'], responses: { 200: { description: 'ok' } } } } };
  res.end(JSON.stringify({ openapi: '3.0.3', info: { title: 'Shop', version: '1' }, paths }));
};
