// npm run bench            every short measurement, one after the other
// npm run bench -- read    only that one
//
// The program is taken as it is built, from a copy of dist/, so that a build in the middle changes nothing. What is measured inside this
// process is bundled in the same way: run from its sources, each function would cost more than it does.

import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const SHORT = [
  'daemon-ready',
  'command-line',
  'cli',
  'add-github',
  'read',
  'mcp',
  'mcp-source',
  'graphql',
  'policy',
  'durability-call',
  'durability-resume',
  'durability-boot',
];
const BUNDLED = new Set(['durability-call', 'policy', 'index-openapi', 'graphql', 'mcp-source']);

/** Helpers of the tests go on finding what is beside them (fixtures): `import.meta.url` stays that of their source. */
const sourceAddress = {
  name: 'source-address',
  setup({ onLoad }) {
    onLoad({ filter: /\/test\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
    });
  },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, `dist.bench-${process.pid}`);
const [name, ...rest] = process.argv.slice(2);
const wanted = name === undefined ? SHORT : [name];

cpSync(process.env.EXECUTOR_TEST_DIST ?? join(root, 'dist'), dist, { recursive: true, filter: path => !path.endsWith('.map') });
let failed = false;
try {
  for (const bench of wanted) {
    const source = join(root, 'bench', `${bench}.ts`);
    const file = BUNDLED.has(bench) ? await bundled(bench, source) : undefined;
    console.log(`\n${bench}`);
    const { status } = spawnSync(process.execPath, [...(file ? [file] : ['--import', 'tsx', source]), ...rest], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, EXECUTOR_TEST_DIST: dist },
    });
    failed ||= status !== 0;
  }
} finally {
  rmSync(dist, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function bundled(bench, source) {
  const outfile = join(dist, `${bench}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['classic-level', '@napi-rs/*'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: [sourceAddress],
    logLevel: 'error',
  });
  return outfile;
}
