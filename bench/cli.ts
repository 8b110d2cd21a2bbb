import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBookshop } from '../demo/bookshop.ts';
import { commandLine, type DaemonProcess, startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { measure } from './endings.ts';
import { report, reportMachine, timed } from './figures.ts';

/**
 * What a command takes of memory, and what typed clients cost: GitHub's OpenAPI document, and TypeScript for over 10,000 tools, which are
 * GitHub's several times over.
 */

const GITHUB = fileURLToPath(new URL('../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
const MEMORY = new URL('./cli-memory.mjs', import.meta.url).href;
const COPIES = 9;
const ROUNDS = 10;

async function addCopies({ api }: DaemonProcess): Promise<number> {
  const spec = readFileSync(GITHUB, 'utf8');
  let tools = 0;
  for (let copy = 1; copy <= COPIES; copy++) {
    await api.post('/api/sources', { spec, namespace: `github${copy}` });
    const { body } = await api.get(`/api/sources/github${copy}?wait=240`);
    if (body.state !== 'ready') throw new Error(JSON.stringify(body));
    tools += body.toolCount;
  }
  return tools;
}

await measure(async t => {
  const dataDir = temporaryDataDir(t);
  const daemon = await startDaemon(t, dataDir);
  const shop = await openBookshop();
  t.after(() => shop.close());
  const tools = await addCopies(daemon);
  const executor = commandLine(dataDir, { NODE_OPTIONS: `--import ${MEMORY}` });
  const memory = async (...args: string[]): Promise<number> => {
    const { code, stderr } = await executor(args);
    const [, peak] = /peak (\d+) kB\n$/.exec(stderr) ?? [];
    if (code !== 0 || peak === undefined) throw new Error(stderr);
    return Number(peak) / 1024;
  };
  const repeated = async (work: () => Promise<number>): Promise<number[]> => {
    const samples: number[] = [];
    for (let round = 0; round < ROUNDS; round++) samples.push(await work());
    return samples;
  };
  const exported = (path: string) => () => timed(() => daemon.api.get(`/api/tools/export/${path}`));
  await memory('add', shop.url, '--name', 'bookshop', '--allow-private');
  reportMachine();
  report('peak RSS of `executor --version`', await repeated(() => memory('--version')), { target: 70, unit: 'MB' });
  report('peak RSS of `executor tools search`', await repeated(() => memory('tools', 'search', 'create an issue')), {
    target: 70,
    unit: 'MB',
  });
  report('peak RSS of `executor call`', await repeated(() => memory('call', 'bookshop', 'books', 'search', 'q=goose')), {
    target: 70,
    unit: 'MB',
  });
  report("OpenAPI of GitHub's tools", await repeated(exported('openapi?source=github1')), { target: 300 });
  report(`TypeScript for ${tools.toLocaleString('en-US')} tools`, await repeated(exported('typescript')), { target: 2_000 });
});
