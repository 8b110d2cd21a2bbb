import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkWorld } from './check-world.ts';
import { type Daemon, launch } from './daemon.ts';
import { drawErrand, type Errand, run } from './errand.ts';
import { type Evidence, readEvidence } from './evidence.ts';
import { createPerson } from './person.ts';
import { createRandom, type Random } from './random.ts';
import { tell } from './report.ts';
import { createShaker } from './shaker.ts';
import { tally, type WorldReport } from './tally.ts';
import { openUpstream } from './upstream.ts';

export interface WorldOptions {
  seed: number;
  /** How often the daemon is killed before the world is looked at. */
  kills: number;
  dist: string;
}

const POINTS = [
  ['before-batch', 30],
  ['after-batch', 30],
  ['before-send', 8],
  ['after-answer', 6],
] as const;
/** The same actor must not be under way at four ends in a row: the daemon would set it aside, rightly. */
const LIVES_WITHOUT_CALM = 2;

/**
 * One data directory, killed again and again while people and agents work with it, then looked at.
 * @throws Error with everything that is needed to understand, when something does not hold
 */
export async function runWorld({ seed, kills, dist }: WorldOptions): Promise<WorldReport> {
  const folder = await mkdtemp(join(tmpdir(), 'executor-sweep-'));
  const dataDir = join(folder, 'data');
  const random = createRandom(seed);
  const upstream = await openUpstream();
  const errands = new Map<string, Errand>();
  const person = createPerson(errands, upstream, random.fork());
  const shaker = createShaker(upstream, random.fork());
  const killed: Record<string, number> = {};
  const lives: string[] = [];
  let last: Daemon | undefined;
  let sinceCalm = 0;

  async function start(env: Record<string, string> = {}) {
    const { daemon, ready } = launch(dist, dataDir, env);
    last = daemon;
    upstream.onKill(daemon.kill);
    return { daemon, ready };
  }

  async function end(daemon: Daemon, how: string): Promise<void> {
    const ended = await daemon.ended;
    lives.push(`--- ${how}, ended by ${ended}\n${daemon.log()}`);
    if (ended !== 'SIGKILL' && ended !== 0) throw new Error(`the daemon ended by itself (${ended})`);
    if (ended === 'SIGKILL') killed[how] = (killed[how] ?? 0) + 1;
  }
  const killsSoFar = () => Object.values(killed).reduce((sum, count) => sum + count, 0);

  /** Until nothing is under way, whoever is asked. */
  async function calm(daemon: Daemon): Promise<void> {
    while (daemon.alive()) {
      const running = await daemon.ask('GET', '/api/executions?state=running&limit=1');
      const sources = await daemon.ask('GET', '/api/sources');
      const busy = (sources?.body.items ?? []).some(({ state }: { state: string }) => state !== 'ready' && state !== 'failed');
      if (running?.body.items.length === 0 && sources && !busy) return;
      await pause(5);
    }
  }

  async function settle(): Promise<void> {
    const { daemon, ready } = await start();
    if (!(await ready)) throw new Error(`it does not start: ${daemon.log()}`);
    for (const namespace of ['steady', 'moody', 'extra']) await shaker.add(daemon, namespace);
    for (const namespace of ['steady', 'moody', 'extra'])
      await daemon.ask('PUT', '/api/policies', { pattern: `${namespace}.items.note`, decision: 'allow' });
    await calm(daemon);
    daemon.stop();
    await end(daemon, 'settling');
  }

  async function live(round: Random, number: number): Promise<void> {
    const mustCalm = sinceCalm >= LIVES_WITHOUT_CALM;
    sinceCalm += 1;
    if (!mustCalm && round.chance(0.12)) return dieInBoot(round);
    const point = !mustCalm && round.chance(0.5) ? round.pick(POINTS) : undefined;
    const at = point && `${point[0]}:${1 + round.below(point[1])}`;
    const { daemon, ready } = await start(at ? { EXECUTOR_CRASH_AT: at } : {});
    if (!(await ready)) return end(daemon, point?.[0] ?? 'boot');
    if (mustCalm) {
      upstream.onKill(() => {});
      await calm(daemon);
      upstream.onKill(daemon.kill);
      sinceCalm = 0;
    }
    const deadly = !point && round.chance(0.4);
    const drawn = Array.from({ length: 5 + round.below(10) }, (_, n) =>
      drawErrand(round, upstream, `s${seed}-${number}-${n}`, deadly && n === 3),
    );
    for (const errand of drawn) errands.set(errand.marker, errand);
    const again = [...errands.values()].filter(({ key, replies }) => key && replies.length === 0).slice(0, 5);
    const work = Promise.all([...drawn, ...again].map(errand => run(errand, daemon)));
    const attending = person.attend(daemon, () => false);
    if (round.chance(0.25)) shaker.shake(daemon);
    const gentle = round.chance(0.06);
    const longest = setTimeout(() => (gentle ? daemon.stop() : daemon.kill()), point || deadly ? 400 : 10 + round.below(200));
    await end(daemon, gentle ? 'SIGTERM' : (point?.[0] ?? (deadly ? 'upstream' : 'random')));
    clearTimeout(longest);
    await Promise.all([work, attending]);
  }

  async function dieInBoot(round: Random): Promise<void> {
    const { daemon } = await start();
    const timer = setTimeout(() => daemon.kill(), 50 + round.below(500));
    await end(daemon, 'boot');
    clearTimeout(timer);
  }

  async function finish(): Promise<Evidence> {
    const { daemon, ready } = await start();
    upstream.onKill(() => {});
    if (!(await ready)) throw new Error(`it does not start: ${daemon.log()}`);
    await Promise.all(
      [...errands.values()].filter(({ key, lost }) => key && lost > 0).map(errand => run({ ...errand, times: 1, hold: false }, daemon)),
    );
    let open = -1;
    let isOver = false;
    const attending = person.attend(
      daemon,
      () => isOver,
      count => {
        open = count;
      },
    );
    const deadline = Date.now() + 20_000;
    for (;;) {
      await calm(daemon);
      await upstream.idle();
      if (open === 0) {
        open = -1;
        await pause(20);
        await calm(daemon);
        if ((open as number) <= 0) break;
      }
      if (!daemon.alive() || Date.now() > deadline) {
        const page = await daemon.ask('GET', '/api/executions?state=pending&limit=2');
        throw new Error(
          `it does not come to rest: ${open} wait for the person, such as ${JSON.stringify(page?.body.items ?? daemon.log()).slice(0, 3000)}`,
        );
      }
      await pause(5);
    }
    isOver = true;
    await attending;
    daemon.stop();
    await end(daemon, 'finishing');
    return readEvidence(dataDir);
  }

  let evidence: Evidence | undefined;
  try {
    await settle();
    for (let number = 1; killsSoFar() < kills; number++) await live(random.fork(), number);
    evidence = await finish();
    const problems = checkWorld({ evidence, errands, upstream, sources: shaker.there });
    if (problems.length > 0) throw new Error(problems.map(({ id, what }) => `${id ?? ''}: ${what}`).join('\n'), { cause: problems });
    return tally(evidence, killed, upstream, errands);
  } catch (error) {
    throw new Error(tell({ seed, kills, error, lives, evidence, upstream, errands, daemon: last }));
  } finally {
    last?.kill();
    await last?.ended;
    await upstream.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
