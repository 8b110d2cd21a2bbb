import { randomInt } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { DIST } from '../daemon.ts';
import { sweep } from '../sweeps/crash/sweep.ts';

// A rebuild in the middle must not change what is swept.
const dist = `${DIST}.sweep-${process.pid}`;
before(() => cp(DIST, dist, { recursive: true, filter: path => !path.endsWith('.map') }));
after(() => rm(dist, { recursive: true, force: true }));

async function hold(seed: number, kills: number): Promise<void> {
  const said: string[] = [];
  const failed = await sweep({ seed, kills, dist, lanes: 2, say: line => said.push(line) });
  if (failed > 0) throw new Error(said.join('\n'));
  console.log(said.at(-1) ?? '');
}

test('whatever the daemon is killed at, nothing is lost, sent twice or hidden', () => hold(7, 30));

const seed = randomInt(2 ** 31);
test(`nor with a seed of today (${seed}; again: npx tsx test/sweeps/crash.ts --seed ${seed} --kills 20)`, () => hold(seed, 20));
