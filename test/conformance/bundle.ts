import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles the driver, which is started once for each scenario; gives the file. Threads are started from files beside it. */
export async function bundleDriver(): Promise<string> {
  const outdir = join(root, 'node_modules/.cache/executor-conformance/driver');
  await build({
    absWorkingDir: root,
    entryPoints: { driver: 'test/conformance/driver.ts', indexer: 'runtime/indexing/worker.ts', sandbox: 'runtime/sandbox/worker.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return join(outdir, 'driver.js');
}
