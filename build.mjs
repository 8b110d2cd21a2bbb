// Builds everything that runs into dist/: the CLI, the daemon, the indexing worker, the sandbox's worker, the
// embedded runtime with its types, the demo and the UI.

import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildUi } from './ui/build.mjs';

const minify = process.env.EXECUTOR_BUILD !== 'development';
// Built aside and put in place at once: a daemon that runs from dist/ must not find half of it.
const outdir = `dist.${process.pid}`;

const entries = {
  cli: 'cli/main.ts',
  daemon: 'cli/daemon-main.ts',
  indexer: 'runtime/indexing/worker.ts',
  sandbox: 'runtime/sandbox/worker.ts',
  demo: 'demo/demo.ts',
  start: 'demo/start.ts',
  executor: 'transports/embedding/executor.ts',
};

await build({
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: minify,
  minifyWhitespace: minify,
  sourcemap: 'linked',
  sourcesContent: false,
  chunkNames: '[name]-[hash]',
  // Native code stays where npm put it.
  external: ['@napi-rs/keyring', 'classic-level'],
  // Packages in CommonJS ask for `require`.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
});
await chmod(`${outdir}/cli.js`, 0o755);
// What is imported from the package is declared in one file that imports nothing.
const types = await readFile('transports/embedding/types.ts', 'utf8');
await writeFile(
  `${outdir}/executor.d.ts`,
  `${types}\nexport declare function createExecutor(options: ExecutorOptions): Promise<Executor>;\n`,
);
await buildUi({ outdir: `${outdir}/ui`, minify });
await rm('dist', { recursive: true, force: true });
await rename(outdir, 'dist');
