import { openBookshop } from '../demo/bookshop.ts';
import { runProgram } from '../test/cli/rig.ts';
import { commandLine, startDaemon, surroundings } from '../test/daemon.ts';
import { measure } from './endings.ts';
import { report, reportMachine, timed } from './figures.ts';
import { directoryWithGithub } from './github-directory.ts';

/** What a command costs from spawn to exit: `--version`, a search among GitHub's tools and a call with a daemon that runs, and one that starts it. */

const ROUNDS = 20;
const COLD_ROUNDS = 5;

await measure(async t => {
  const dataDir = await directoryWithGithub(t);
  const daemon = await startDaemon(t, dataDir);
  const shop = await openBookshop();
  t.after(() => shop.close());
  const executor = commandLine(dataDir);
  const run = async (...args: string[]) => {
    const { code, stderr } = await executor(args);
    if (code !== 0) throw new Error(stderr);
  };
  const search = () => run('tools', 'search', 'create an issue');
  const call = () => run('call', 'bookshop', 'books', 'search', 'q=goose');
  await run('add', shop.url, '--name', 'bookshop', '--allow-private');
  await search();
  await call();
  const bare: number[] = [];
  const version: number[] = [];
  const searching: number[] = [];
  const calling: number[] = [];
  const cold: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await timed(() => runProgram(process.execPath, ['-e', '0'], { env: surroundings(dataDir) })));
    version.push(await timed(() => run('--version')));
    searching.push(await timed(search));
    calling.push(await timed(call));
  }
  await daemon.stop();
  for (let round = 0; round < COLD_ROUNDS; round++) {
    cold.push(await timed(search));
    await run('daemon', 'stop');
  }
  reportMachine();
  report('for comparison: `node -e 0`', bare);
  report('`executor --version`', version, { target: 60 });
  report('warm `executor tools search "create an issue"`', searching, { target: 120 });
  report('warm `executor call bookshop books search`', calling, { target: 120 });
  report('cold `executor tools search`, the start of the daemon included', cold, { target: 500 });
});
