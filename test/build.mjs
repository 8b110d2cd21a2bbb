// Bundles the test files into .tests/, so that each starts in a moment: with sources compiled on the way, most of a run is starting.
// What a test finds beside itself (fixtures, the repository's root) it goes on finding: `import.meta.url` stays that of its source.

import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, '.tests');

const files = (await readdir(join(root, 'test'), { recursive: true }))
  .filter(file => file.endsWith('.test.ts'))
  .map(file => `test/${file}`);
const flat = file => relative(root, file).replace(/\.ts$/, '').replaceAll('/', '--');

const sourceAddress = {
  name: 'source-address',
  setup({ onLoad }) {
    onLoad({ filter: /\/test\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    ...Object.fromEntries(files.map(file => [flat(join(root, file)), file])),
    // Threads are started from files beside the code that starts them.
    indexer: 'runtime/indexing/worker.ts',
    sandbox: 'runtime/sandbox/worker.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  sourcesContent: false,
  chunkNames: 'chunk-[hash]',
  plugins: [sourceAddress],
  logLevel: 'warning',
});
