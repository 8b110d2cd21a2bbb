import type { Problem } from './check-world.ts';
import type { Daemon } from './daemon.ts';
import type { Errand } from './errand.ts';
import type { Evidence } from './evidence.ts';
import type { Upstream } from './upstream.ts';

interface Failed {
  seed: number;
  kills: number;
  error: unknown;
  lives: readonly string[];
  evidence: Evidence | undefined;
  upstream: Upstream;
  errands: ReadonlyMap<string, Errand>;
  daemon: Daemon | undefined;
}

/** So many lives' logs are shown. */
const LIVES = 6;
/** So many executions' histories are shown. */
const SHOWN = 3;

/** Everything that is needed to understand a failed world: how to have it again, what is wrong, the histories and the daemon's log. */
export function tell({ seed, kills, error, lives, evidence, upstream, errands, daemon }: Failed): string {
  const problems = (error instanceof Error && (error.cause as Problem[] | undefined)) || [];
  const ids = [...new Set(problems.flatMap(({ id }) => (id ? [id] : [])))].slice(0, SHOWN);
  const histories = ids.map(id => {
    const name = [`call:${id}`, `source:${id}`].find(each => evidence?.logs.has(each) || evidence?.rows.has(each)) ?? id;
    const [marker, errand] =
      [...errands].find(([, { ids }]) => ids.has(id)) ??
      [...errands].find(([marker]) => JSON.stringify(evidence?.rows.get(name)?.snapshot.context ?? '').includes(`"${marker}"`)) ??
      [];
    return [
      `=== ${name}`,
      ...(evidence?.logs.get(name) ?? []).map(
        ({ seq, at, event, state }) => `${seq} ${at} ${state} ← ${JSON.stringify(event).slice(0, 600)}`,
      ),
      `row: ${JSON.stringify(evidence?.rows.get(name))?.slice(0, 4000)}`,
      ...[...(evidence?.claims ?? [])]
        .filter(([key]) => key.startsWith(`${id}!`))
        .map(([key, claim]) => `claim ${key}: ${JSON.stringify(claim)}`),
      `upstream: ${JSON.stringify(marker ? upstream.arrivals(marker) : [])}`,
      `errand: ${JSON.stringify(errand ? { ...errand, ids: [...errand.ids] } : null).slice(0, 3000)}`,
    ].join('\n');
  });
  return [
    `the world with seed ${seed} (${kills} kills) does not hold. Again: npx tsx test/sweeps/crash.ts --world ${seed} --kills ${kills}`,
    error instanceof Error ? (problems.length > 0 ? error.message : (error.stack ?? error.message)) : String(error),
    ...histories,
    ...lives.slice(-LIVES),
    ...(daemon?.alive() ? [`--- still alive\n${daemon.log()}`] : []),
  ].join('\n\n');
}
