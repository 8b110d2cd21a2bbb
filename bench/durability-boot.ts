import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { ulid } from 'ulid';
import { type Db, openStore } from '../runtime/store.ts';
import { DIST, surroundings, temporaryDataDir } from '../test/daemon.ts';
import { frozenRow } from '../test/fixtures/frozen.ts';
import { opsOf, rowFor, writeRows } from '../test/fixtures/written.ts';
import type { Ending } from '../test/upstream-recorder.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine } from './figures.ts';

/** What 100,000 approvals that wait cost a daemon that starts: time, and memory above an empty one. */

const PAUSED = Number(process.argv[2] ?? 100_000);
const ROUNDS = 7;

await measure(async t => {
  const empty = await boots(t, temporaryDataDir(t));
  const dataDir = temporaryDataDir(t);
  await boots(t, dataDir, 1);
  await fill(dataDir);
  const full = await boots(t, dataDir);
  reportMachine();
  report(
    'an empty daemon ready',
    empty.map(({ ms }) => ms),
  );
  report(
    `ready with ${PAUSED.toLocaleString('en')} paused executions`,
    full.map(({ ms }) => ms),
    { target: 2000 },
  );
  const above =
    quantile(
      full.map(({ kib }) => kib),
      0.5,
    ) -
    quantile(
      empty.map(({ kib }) => kib),
      0.5,
    );
  report('memory of each above an empty daemon', [(above * 1024) / PAUSED], { target: 2048, unit: 'B' });
});

async function fill(dataDir: string): Promise<void> {
  const db = new ClassicLevel<string, string>(join(dataDir, 'db'));
  await db.open();
  const store = await openStore(db as unknown as Db, error => {
    throw error;
  });
  const template = frozenRow('v1/call-awaiting-approval');
  const far = new Date(Date.now() + 20 * 24 * 3_600_000).toISOString();
  await writeRows(store, PAUSED, n => {
    const id = `exec_${ulid(Date.now() - PAUSED + n).toLowerCase()}`;
    const row = rowFor(template, id, ({ interactions }) => ({ interactions: interactions.map(each => ({ ...each, expiresAt: far })) }));
    const log = ['resolving', 'judging', 'awaitingApproval'].map((state, at) => ({ seq: at + 1, at: row.at, event: { type: 'x' }, state }));
    return opsOf(store, id, row, log);
  });
  await store.close();
}

async function boots(t: Ending, dataDir: string, rounds = ROUNDS): Promise<{ ms: number; kib: number }[]> {
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const child = spawn(process.execPath, [join(DIST, 'daemon.js')], { env: surroundings(dataDir), stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    let log = '';
    for await (const chunk of child.stderr) {
      log += chunk;
      if (/serving http/.test(log)) break;
    }
    const ms = performance.now() - started;
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    samples.push({ ms, kib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) });
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return samples;
}
