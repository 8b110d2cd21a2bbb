import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import type { CallContext } from '../../machines/schema/call.ts';
import { isBusy, planOf } from '../../runtime/execution-index.ts';
import { findExecutions } from '../../runtime/find-executions.ts';
import type { ExecutionFilter } from '../../runtime/runtime.ts';
import { type Db, openStore, type Row, type Store } from '../../runtime/store.ts';
import { frozenRow } from '../fixtures/frozen.ts';
import { opsOf, rowFor } from '../fixtures/written.ts';

const TEMPLATES = ['call-done', 'call-failed', 'call-denied', 'call-awaiting-approval', 'call-paused', 'call-running', 'call-judging'].map(
  name => frozenRow(`v1/${name}`),
);
const WORDS = ['goose', 'ledger', 'berlin'];
const rows = new Map<string, { state: string; context: CallContext }>();
let directory: string;
let store: Store;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'executor-find-'));
  const db = new ClassicLevel<string, string>(directory);
  await db.open();
  store = await openStore(db as unknown as Db, error => assert.fail(String(error)));
  for (let n = 0; n < 1500; n++) {
    const mixed = (n * 2_654_435_761) % 4_294_967_296;
    const id = `exec_${String(n).padStart(26, '0')}`;
    const row: Row = rowFor(TEMPLATES[mixed % TEMPLATES.length]!, id, ({ principal, parent: _, ...context }) => ({
      ...context,
      path: `source${(mixed >>> 4) % 3}.items.tool${(mixed >>> 8) % 3}`,
      principal: { ...principal, id: `tok_${(mixed >>> 12) % 2}` },
      words: [WORDS[(mixed >>> 16) % 3]!],
      ...(n % 10 === 0 && { parent: 'exec_parent' }),
    }));
    rows.set(id, { state: row.snapshot.value, context: row.snapshot.context as CallContext });
    await store.write([
      ...opsOf(store, id, row),
      ...(isBusy(row.snapshot.value) ? [store.put(store.active, `call:${id}`, { boots: 0 })] : []),
      // As an earlier build left them: without facts.
      ...(n % 7 === 0 && !(n % 10 === 0) && !isBusy(row.snapshot.value)
        ? [store.put(store.index, `tool!${(row.snapshot.context as CallContext).path}!${id}`, '')]
        : []),
    ]);
  }
});
after(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const filters = fc.record({
  state: maybe('done', 'failed', 'denied', 'awaitingApproval', 'paused', 'running', 'judging', 'pending'),
  tool: maybe('source1.items.tool1', 'source2.items.tool0'),
  source: maybe('source0', 'source1'),
  principal: maybe('tok_0', 'tok_1'),
  parent: maybe('exec_parent', undefined, undefined, undefined),
  q: maybe('goose', 'berlin items', 'nothing'),
});

test('whatever is asked for together, exactly that is found, newest first, whether it is active or at rest', async () => {
  await fc.assert(
    fc.asyncProperty(filters, fc.option(fc.nat(1500)), async (drawn, cut) => {
      const filter = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as ExecutionFilter;
      const before = cut === null ? undefined : `exec_${String(cut).padStart(26, '0')}`;
      const plan = planOf(filter, undefined);
      const found: string[] = [];
      for await (const id of findExecutions(store, plan, before)) {
        const { state, context } = rows.get(id)!;
        if (plan.fits(state, context)) found.push(id);
      }
      const expected = [...rows].filter(([id, row]) => (before === undefined || id < before) && belongs(filter, row)).map(([id]) => id);
      assert.deepEqual(found, expected.sort().reverse(), JSON.stringify({ filter, before }));
    }),
    { numRuns: 150 },
  );
});

/** What a filter says, in its own words. */
function belongs({ state, tool, source, principal, parent, q }: ExecutionFilter, row: { state: string; context: CallContext }): boolean {
  const { path, words = [], fault } = row.context;
  const own = new Set([...path.toLowerCase().split('.'), ...words, fault?.code]);
  return (
    (parent === undefined ? state === 'pending' || row.context.parent === undefined : row.context.parent === parent) &&
    (state === undefined || (state === 'pending' ? ['awaitingApproval', 'paused'].includes(row.state) : state === row.state)) &&
    (tool === undefined || tool === path) &&
    (source === undefined || path.startsWith(`${source}.`)) &&
    (principal === undefined || principal === row.context.principal.id) &&
    (q ?? '').split(' ').every(word => word === '' || own.has(word))
  );
}
