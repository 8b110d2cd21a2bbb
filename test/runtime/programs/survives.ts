import assert from 'node:assert/strict';
import fc from 'fast-check';
import { randomCrashes, randomOrder, randomProgram } from './random-programs.ts';
import { type Crash, createWorld, type Life, live } from './world.ts';

interface Played {
  state: string;
  result: unknown;
  fault: unknown;
  /** Writes that reached the other side. */
  arrived: string[];
  output: unknown;
  /** Writes of which it is recorded that nobody knows whether they arrived. */
  doubtful: string[];
  lives: number;
}

/** Runs a program to its end, through as many lives of the process as there are crashes. */
export async function play(code: string, order: readonly number[], crashes: readonly Crash[]): Promise<Played> {
  const world = createWorld();
  for (let lives = 1; ; lives++) {
    const life = await live(world, crashes[lives - 1]);
    if (!life.program() && !life.isDead()) life.begin(code);
    await goOn(life, order);
    if (life.isDead()) {
      await life.end();
      continue;
    }
    const { state, context } = life.program()!;
    const { result, fault } = context;
    const [output, doubtful] = [await life.output(), await life.doubtful()];
    assert.deepEqual(await life.deadlines(), [], 'of a program that has ended nothing is due');
    await life.end();
    return {
      state,
      result: result && 'ref' in result ? result.sha256 : result,
      fault,
      arrived: [...world.arrived].sort(),
      output,
      doubtful,
      lives,
    };
  }
}

async function goOn(life: Life, order: readonly number[]): Promise<void> {
  for (;;) {
    await life.quiet();
    const state = life.program()?.state;
    if (life.isDead() || state === undefined) return;
    const open = life.open();
    const ended = state !== 'running' && state !== 'paused';
    if (ended && open.length === 0) return;
    if (open.length === 0) throw new Error(`it is ${state}, and nothing can happen any more`);
    // Calls that outlive their program end in whatever order.
    open[ended ? 0 : (order[life.delivered() % order.length] ?? 0) % open.length]!.happen();
  }
}

/** Whatever a program does, wherever the process ends: it comes to the same, and every write has arrived once. */
export async function survivesAnything(runs: number): Promise<{ lives: number; interrupted: number }> {
  let lives = 0;
  let interrupted = 0;
  await fc.assert(
    fc.asyncProperty(randomProgram, randomOrder, randomCrashes, async (code, order, crashes) => {
      const whole = await play(code, order, []);
      const broken = await play(code, order, crashes);
      lives += broken.lives;
      if (broken.lives > 1) interrupted++;
      const same = ({ state, result, fault, output }: Played) => ({ state, result, fault, output });
      assert.deepEqual(same(broken), same(whole));
      const known = (writes: string[]) => writes.filter(write => !broken.doubtful.includes(write));
      assert.deepEqual(known(broken.arrived), known(whole.arrived));
      assert.equal(new Set(broken.arrived).size, broken.arrived.length, 'a write arrived twice');
    }),
    { numRuns: runs },
  );
  return { lives, interrupted };
}
