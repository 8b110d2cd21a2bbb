import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sweep } from './crash/sweep.ts';

/*
 * npx tsx test/sweeps/crash.ts --seed 7 --kills 1000    kills the real daemon a thousand times and looks at what is left
 * npx tsx test/sweeps/crash.ts --world 12345 --kills 25 the same one world again
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '1000' },
    world: { type: 'string' },
    lanes: { type: 'string', default: '2' },
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
  },
});

// A rebuild in the middle of a long sweep must not change what is swept.
const dist = `${values.dist}.sweep-${process.pid}`;
await cp(values.dist, dist, { recursive: true, filter: path => !path.endsWith('.map') });
try {
  const failed = await sweep({
    seed: Number(values.seed),
    kills: Number(values.kills),
    dist,
    lanes: Number(values.lanes),
    ...(values.world !== undefined && { world: Number(values.world) }),
    say: line => console.log(line),
  });
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  await rm(dist, { recursive: true, force: true });
}
