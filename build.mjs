// Builds everything that runs into dist/: the CLI, the daemon, the indexing worker, the sandbox's worker, the
// embedded runtime with its types, the demo and the UI.

import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { buildUi } from './ui/build.mjs';

const minify = process.env.EXECUTOR_BUILD !== 'development';
// Built aside and put in place at once: a daemon that runs from dist/ must not find half of it.
const outdir = `dist.${process.pid}`;

const entries = {
  daemon: 'cli/daemon-main.ts',
  indexer: 'runtime/indexing/worker.ts',
  sandbox: 'runtime/sandbox/worker.ts',
  demo: 'demo/demo.ts',
  start: 'demo/start.ts',
  executor: 'transports/embedding/executor.ts',
  // What single commands load of the runtime.
  serve: 'transports/serve.ts',
  'mcp-bridge': 'transports/mcp/bridge.ts',
  'restore-backup': 'runtime/restore-backup.ts',
  'rotate-key': 'runtime/rotate-key.ts',
  keychain: 'runtime/keychain.ts',
};

// A command line is many small files of which every command wants another handful. Each file costs a start some milliseconds of
// Node's loader, so they are one file, in which what a command does not reach is not run; what is not the command line's own stays apart.
const commandLine = {
  cli: 'cli/main.ts',
  'command-line': 'cli/start.ts',
};

const besides = new Map(Object.entries({ ...entries, ...commandLine }).map(([name, file]) => [resolve(file), `./${name}.js`]));
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
      const beside = kind === 'dynamic-import' && besides.get(resolve(resolveDir, path));
      return beside ? { path: beside, external: true } : undefined;
    });
  },
};

const options = {
  outdir,
  bundle: true,
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
};

const existing = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
await build({ ...options, entryPoints: existing, splitting: true });
await build({ ...options, entryPoints: commandLine, plugins: [apart] });
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
