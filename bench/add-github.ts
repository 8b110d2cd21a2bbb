import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { openGithub } from '../test/e2e/github.ts';
import { measure } from './endings.ts';
import { report, reportMachine, timed } from './figures.ts';
import { addGithub } from './github-directory.ts';

/** GitHub's description from `POST /api/sources` to `ready`, and what memory it leaves behind; Linux only. */

const ROUNDS = 8;
const samples = {
  adding: [] as number[],
  peak: [] as number[],
  settled: [] as number[],
  restarted: [] as number[],
  searched: [] as number[],
};

/** A line of /proc/<pid>/status, in MB. */
const memory = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

for (let round = 0; round < ROUNDS; round++) {
  await measure(async t => {
    const dataDir = temporaryDataDir(t);
    const github = await openGithub(t);
    const first = await startDaemon(t, dataDir);
    samples.adding.push(await timed(() => addGithub(first, github.source)));
    samples.peak.push(memory(first.pid, 'VmHWM'));
    await sleep(3000);
    samples.settled.push(memory(first.pid, 'VmRSS'));
    await first.stop();
    const second = await startDaemon(t, dataDir);
    samples.restarted.push(memory(second.pid, 'VmRSS'));
    await second.api.get('/api/tools?q=create+an+issue');
    samples.searched.push(memory(second.pid, 'VmRSS'));
    await second.stop();
  });
}
reportMachine();
report('GitHub (13 MB) from add to ready', samples.adding, { target: 1500 });
report('daemon RSS 3 s after adding it', samples.settled, { target: 150, unit: 'MB' });
report('daemon RSS after a restart', samples.restarted, { target: 150, unit: 'MB' });
report('daemon RSS after a restart and a search', samples.searched, { target: 150, unit: 'MB' });
report('peak RSS while adding', samples.peak, { unit: 'MB' });
