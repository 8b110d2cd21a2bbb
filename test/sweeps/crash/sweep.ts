import { createRandom } from './random.ts';
import type { WorldReport } from './tally.ts';
import { runWorld } from './world.ts';

/** Kills in one data directory, before it is looked at and another one begins. */
const KILLS_PER_WORLD = 25;

export interface SweepOptions {
  seed: number;
  kills: number;
  dist: string;
  /** How many worlds live side by side. */
  lanes: number;
  /** Only the world with this seed. */
  world?: number;
  say: (line: string) => void;
}

/** Runs worlds until enough kills are done. Gives the number of worlds that do not hold. */
export async function sweep({ seed, kills, dist, lanes, world, say }: SweepOptions): Promise<number> {
  const random = createRandom(seed);
  const started = performance.now();
  const reports: WorldReport[] = [];
  let given = 0;
  let failed = 0;

  async function lane(): Promise<void> {
    while (given < kills) {
      const share = Math.min(KILLS_PER_WORLD, kills - given);
      given += share;
      const worldSeed = world ?? random.below(2 ** 31);
      try {
        reports.push(await runWorld({ seed: worldSeed, kills: share, dist }));
      } catch (error) {
        failed += 1;
        say((error as Error).message);
      }
      const done = add(reports.map(({ kills }) => total(kills)));
      const seconds = (performance.now() - started) / 1000;
      say(`seed ${seed}: ${done} kills, ${failed} worlds failed, ${seconds.toFixed(0)} s (${(done / seconds).toFixed(1)} kills/s)`);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));

  const sum = (pick: (report: WorldReport) => Record<string, number>) =>
    reports.map(pick).reduce<Record<string, number>>((sums, each) => {
      for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
      return sums;
    }, {});
  say(`kills: ${JSON.stringify(sum(({ kills }) => kills))}`);
  say(`executions: ${add(reports.map(({ executions }) => executions))} ${JSON.stringify(sum(({ states }) => states))}`);
  say(`commits upstream: ${add(reports.map(({ commits }) => commits))}, shown as unknown: ${add(reports.map(({ unknown }) => unknown))}`);
  return failed;
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const total = (counts: Record<string, number>): number => add(Object.values(counts));
