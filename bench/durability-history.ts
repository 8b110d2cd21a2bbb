import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { encodeTime } from 'ulid';
import { createRuntime } from '../runtime/create.ts';
import { inputWords } from '../runtime/execution-index.ts';
import type { ExecutionFilter } from '../runtime/runtime.ts';
import { type Db, openStore } from '../runtime/store.ts';
import { temporaryDataDir } from '../test/daemon.ts';
import { frozenRow } from '../test/fixtures/frozen.ts';
import { opsOf, rowFor, writeRows } from '../test/fixtures/written.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine } from './figures.ts';

/** A page of a long history, by every kind of filter. The rows have no event logs: no list reads them. */

const ROWS = Number(process.argv[2] ?? 1_000_000);
const PAGES = 40;
const SPAN_MS = 180 * 24 * 3_600_000;
const states = [
  'v1/call-done',
  'v1/call-done',
  'v1/call-done',
  'v1/call-done-happened',
  'v1/call-failed',
  'v1/call-denied',
  'v1/call-cancelled',
];
const WORDS = ['goose', 'chase', 'ledger', 'invoice', 'refund', 'berlin', 'paris', 'urgent', 'draft', 'weekly'];

await measure(async t => {
  const dataDir = process.argv[3] ?? temporaryDataDir(t);
  // A directory that is named is filled once, and used again.
  if (!existsSync(dataDir)) {
    await (await createRuntime({ dataDir })).close();
    await fill(dataDir);
  }
  const runtime = await createRuntime({ dataDir });
  t.after(() => runtime.close());
  reportMachine();
  const rare = { tool: 'source7.items.tool3', state: 'failed' as const };
  const filters: [string, ExecutionFilter][] = [
    ['no filter', {}],
    ['state=failed', { state: 'failed' }],
    ['tool', { tool: 'source3.items.tool5' }],
    ['source', { source: 'source3' }],
    ['principal', { principal: 'tok_4' }],
    ['q, one common word', { q: 'invoice' }],
    ['q, two words', { q: 'invoice berlin' }],
    ['q, a number that one row has', { q: '777777' }],
    ['q, a word that no row has', { q: 'unheardof' }],
    ['state and tool', rare],
    ['state, source and principal', { state: 'denied', source: 'source1', principal: 'tok_2' }],
    ['state, source, principal and q', { state: 'cancelled', source: 'source2', principal: 'tok_1', q: 'refund' }],
    ['time and state', { state: 'failed', since: day(-90), until: day(-60) }],
  ];
  const all: number[] = [];
  for (const [name, filter] of filters) {
    const samples: number[] = [];
    for (let page = 0; page < PAGES; page++) {
      // Pages from all over the history, the first one included.
      const cursor =
        page === 0 || filter.since ? {} : { cursor: `exec_${encodeTime(Date.now() - (SPAN_MS * page) / PAGES, 10).toLowerCase()}` };
      const started = performance.now();
      await runtime.executions.list({ ...filter, ...cursor, limit: 100 }, runtime.principals.owner);
      samples.push(performance.now() - started);
    }
    all.push(quantile(samples, 0.95));
    report(`a page of ${ROWS.toLocaleString('en')}: ${name}`, samples, { target: 50 });
  }
  console.log(`the slowest p95 is ${Math.max(...all).toFixed(1)} ms`);
});

function day(offset: number): string {
  return new Date(Date.now() + offset * 24 * 3_600_000).toISOString();
}

async function fill(dataDir: string): Promise<void> {
  const db = new ClassicLevel<string, string>(join(dataDir, 'db'), { writeBufferSize: 64 * 1024 * 1024 });
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  await store.write([store.put(store.meta, 'settings', { historyCount: 1e9, historyDays: 10_000 } as never)]);
  const templates = states.map(frozenRow);
  const start = Date.now() - SPAN_MS;
  await writeRows(store, ROWS, n => {
    // Mixed, and the same in every run.
    const mixed = (n * 2_654_435_761) % 4_294_967_296;
    const id = `exec_${encodeTime(start + Math.floor((SPAN_MS * n) / ROWS), 10).toLowerCase()}${String(n).padStart(16, '0')}`;
    const input = { marker: WORDS[mixed % 10], text: WORDS[(mixed >>> 8) % 10], n };
    const row = rowFor(templates[(mixed >>> 4) % templates.length]!, id, ({ principal }) => ({
      path: `source${(mixed >>> 12) % 10}.items.tool${(mixed >>> 16) % 10}`,
      principal: { ...principal, id: `tok_${(mixed >>> 20) % 5}` },
      input: { value: input },
      words: inputWords(input),
    }));
    return opsOf(store, id, row);
  });
  await store.close();
}
