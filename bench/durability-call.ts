import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { AnyStateMachine } from 'xstate';
import { callMachine } from '../machines/call.ts';
import { createBlobs } from '../runtime/blobs.ts';
import { createCallLogic } from '../runtime/call-logic.ts';
import { createCatalog } from '../runtime/catalog.ts';
import { createConnectionLogic } from '../runtime/connection-logic.ts';
import { createRuntime } from '../runtime/create.ts';
import { createDispatch, type Dispatch } from '../runtime/dispatch.ts';
import { inputWords } from '../runtime/execution-index.ts';
import { createJudgement } from '../runtime/judgement.ts';
import { openapi } from '../runtime/kinds/openapi/openapi.ts';
import { createKnownSources } from '../runtime/known-sources.ts';
import { createLedger } from '../runtime/ledger.ts';
import { openPolicies } from '../runtime/policies.ts';
import { createPrincipals } from '../runtime/principals.ts';
import { createProgramLogic } from '../runtime/program-logic.ts';
import { createQuarantine } from '../runtime/quarantine.ts';
import { createRegistry } from '../runtime/registry.ts';
import { openSettings } from '../runtime/settings.ts';
import { createSourceLogic } from '../runtime/source-logic.ts';
import { advance, begin } from '../runtime/step.ts';
import { type Db, openStore } from '../runtime/store.ts';
import { openTokens } from '../runtime/tokens.ts';
import { temporaryDataDir } from '../test/daemon.ts';
import { describeApi } from '../test/sweeps/crash/document.ts';
import { measure } from './endings.ts';
import { processorTime, quantile, report, reportMachine } from './figures.ts';

/** What policy, lookup and journal cost a call, beside the same machine run in memory; nothing is sent anywhere. */

const CALLS = 4000;
const WARM = 1000;
const machine = callMachine as unknown as AnyStateMachine;
const RULES = 50;
const principal = { id: 'owner', name: 'owner', role: 'owner' as const };
let count = 0;
const input = { marker: 'goose' };

await measure(async t => {
  const dataDir = temporaryDataDir(t);
  const runtime = await createRuntime({ dataDir });
  await runtime.sources.add({ namespace: 'shop', spec: describeApi('shop', 'http://127.0.0.1:9', 1) as never, allowPrivate: true });
  await runtime.sources.wait('shop');
  await runtime.policies.put({ pattern: 'shop.items.note', decision: 'allow' });
  for (let n = 0; n < RULES; n++) await runtime.policies.put({ pattern: `other${n}.**`, decision: 'ask' });
  await runtime.close();

  const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const now = () => new Date();
  const known = createKnownSources();
  const quarantine = createQuarantine(store, now, () => {});
  const source = createSourceLogic({} as never);
  await known.load(store, source, quarantine);
  const blobs = createBlobs(store);
  const none = async () => ({ headers: {}, query: {}, cookies: {}, secrets: [] });
  const real = createDispatch({
    kinds: { openapi },
    upstream: {} as never,
    source: ns => known.context(ns)!,
    credentials: { standing: () => ({}), of: none, rejected: async () => undefined },
  });

  const dispatch: Dispatch = { ...real, send: async () => ({ data: { id: 7 }, http: { status: 200, headers: {} } }) };
  const catalog = createCatalog(store, known);
  const call = createCallLogic({
    catalog,
    judgement: createJudgement(await openPolicies(store, now), catalog),
    principals: createPrincipals('', await openTokens(store, now)),
    ledger: createLedger(store, now),
    settings: openSettings(store, now),
    blobs,
    dispatch,
    now,
  });
  const settled = new Map<string, () => void>();
  const registry = createRegistry({
    store,
    logics: {
      call,
      source,
      program: createProgramLogic({ run: () => new Promise(() => {}), hasAsked: () => true }),
      connection: createConnectionLogic({} as never),
    },
    quarantine,
    now,
    onPublish: ({ id, state }) => {
      if (state === 'done') settled.get(id)?.();
    },
  });

  const one = (path: string) =>
    new Promise<void>(resolve => {
      const id = `exec_${String(++count).padStart(26, '0')}`;
      settled.set(id, () => {
        settled.delete(id);
        resolve();
      });
      registry.spawn('call', id, { id, path, input: blobs.keep(input), words: inputWords(input), principal });
    });

  async function sequential(work: () => unknown, count = CALLS): Promise<number[]> {
    const samples: number[] = [];
    for (let n = 0; n < count + WARM; n++) {
      const started = performance.now();
      await work();
      if (n >= WARM) samples.push((performance.now() - started) * 1000);
    }
    return samples;
  }
  async function together(path: string, width: number): Promise<number[]> {
    const samples: number[] = [];
    for (let n = 0; n < (CALLS + WARM) / width; n++) {
      const started = performance.now();
      await Promise.all(Array.from({ length: width }, () => one(path)));
      if (n * width >= WARM) samples.push(((performance.now() - started) * 1000) / width);
    }
    return samples;
  }

  /** Rounds of calls, in microseconds of this thread's processor for each. */
  async function busy(width: number, work: () => Promise<void>): Promise<number[]> {
    const samples: number[] = [];
    for (let n = 0; n < CALLS / width; n++) {
      const started = processorTime();
      await Promise.all(Array.from({ length: width }, work));
      samples.push((processorTime() - started) / width);
    }
    return samples;
  }

  reportMachine();
  const memory = await sequential(inMemory);
  report('a call of the machine alone, in memory', memory, { unit: 'µs' });
  const base = quantile(memory, 0.5);
  const beside = (samples: number[]) => samples.map(sample => sample - base);
  report('policy, lookup and journal of a read, 100 at a time, each', beside(await together('shop.items.list', 100)), {
    target: 60,
    unit: 'µs',
  });
  report('the same, one after the other (waiting for the disk thread included)', beside(await sequential(() => one('shop.items.list'))), {
    target: 60,
    unit: 'µs',
  });
  const idle = quantile(await busy(100, inMemory), 0.5);
  report(
    'the same as processor time of its thread',
    (await busy(100, () => one('shop.items.list'))).map(sample => sample - idle),
    { target: 60, unit: 'µs' },
  );
  report('of a write with its claim (fsync), 100 at a time, each', beside(await together('shop.items.note', 100)), { unit: 'µs' });
  report('the same, one after the other', beside(await sequential(() => one('shop.items.note'), 300)), { unit: 'µs' });
});

/** The same events, and nothing else. */
async function inMemory(): Promise<void> {
  const at = new Date().toISOString();
  const resolved = { source: 'shop', effect: 'read', hash: 'h', revision: 1 };
  const done = (id: string, output: unknown) => ({ type: `xstate.done.actor.${id}`, output, actorId: id, at });
  let [snapshot] = begin(machine, { id: 'e', at, path: 'shop.items.list', input: { value: input }, principal });
  [snapshot] = advance(machine, snapshot, done('resolve', resolved));
  [snapshot] = advance(machine, snapshot, done('judge', { verdict: { decision: 'allow', rule: 'r' }, resolved, binding: '' }));
  await undefined;
  [snapshot] = advance(machine, snapshot, done('attempt', { result: { value: { id: 7 } }, http: { status: 200, headers: {} } }));
  if (snapshot.value !== 'done') throw new Error(`the machine ended in ${snapshot.value}`);
}
