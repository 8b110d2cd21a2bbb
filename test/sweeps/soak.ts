import { measure } from '../../bench/endings.ts';
import { soak } from './soak/soak.ts';

/** `npm run sweep:soak [clients]`: builds nothing, so build first. */
const clients = Number(process.argv[2] ?? 500);

await measure(async t => {
  const started = performance.now();
  const { before, after, failures } = await soak(t, clients);
  console.log(`${clients} clients in ${Math.round((performance.now() - started) / 1000)} s`);
  console.table({ before, after });
  for (const failure of failures.slice(0, 5)) console.log(failure);
  if (failures.length > 0) process.exitCode = 1;
});
