import { setTimeout } from 'node:timers/promises';
import { addShop, ask } from '../test/crash/shop.ts';
import { startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { answerJson, recordUpstream } from '../test/upstream-recorder.ts';
import { measure } from './endings.ts';
import { report, reportMachine } from './figures.ts';

/**
 * From a person's answer, in a daemon that has been started again, to the request reaching the upstream: at once after the start, and a
 * second later, when what a first answer needs has been got ready in the background.
 */

const ROUNDS = 14;

await measure(async t => {
  let arrivedAt = 0;
  const upstream = await recordUpstream(t, (_, res) => {
    arrivedAt = performance.now();
    answerJson(res, 200, {});
  });
  const dataDir = temporaryDataDir(t);
  const env = { EXECUTOR_ALLOW_PRIVATE: '1' };
  const furnished = await startDaemon(t, dataDir, env);
  await addShop(furnished, upstream.origin);
  const ids = await ask(furnished, ROUNDS * 4);
  await furnished.kill();
  const samples = { atOnce: [] as number[], first: [] as number[], next: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const isAtOnce = round % 2 === 0;
    const daemon = await startDaemon(t, dataDir, env);
    if (!isAtOnce) await setTimeout(1000);
    await daemon.api.get('/api/executions?state=pending'); // the connection is open, as a UI's is
    for (let n = 0; n < 4; n++) {
      const id = ids.pop()!;
      const started = performance.now();
      await daemon.api.resume(id);
      (n > 0 ? samples.next : isAtOnce ? samples.atOnce : samples.first).push(arrivedAt - started);
    }
    await daemon.kill();
  }
  reportMachine();
  report('resume after a restart, request → upstream: the first answer, a second after the start', samples.first, { target: 5 });
  report('the same, the next answers', samples.next, { target: 5 });
  report('the same, the first answer, at once after the start', samples.atOnce);
});
