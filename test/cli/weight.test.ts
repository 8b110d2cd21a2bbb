import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { DIST } from '../daemon.ts';

// What a command loads before it does anything is what its start costs. These are heavy on purpose, once they are run.
const HEAVY = ['cli/commands/executions-watch.ts', 'cli/watch-catalog.ts', 'cli/foreground.ts'];

test('client commands load neither the runtime nor a transport nor a library but sade', async () => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: ['cli/main.ts'],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['classic-level', '@napi-rs/*'],
    outdir: 'dist',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const entries = Object.entries(metafile.outputs).filter(
    ([, { entryPoint }]) => entryPoint?.startsWith('cli/') && !HEAVY.includes(entryPoint),
  );
  assert.ok(entries.length > 20);
  for (const [file, { entryPoint }] of entries) {
    const heavy = loaded(metafile, file).filter(input => /^(runtime|transports)\/|node_modules\/(?!sade\/|mri\/)/.test(input));
    assert.deepEqual(heavy, [], `${entryPoint} loads them`);
  }
  const [main] = entries.find(([, { entryPoint }]) => entryPoint === 'cli/main.ts')!;
  assert.deepEqual(loaded(metafile, main), ['cli/main.ts'], '--version loads nothing else');
});

test('as built it is one file of its own, with nothing of the runtime or of a transport in it', () => {
  const { sources } = JSON.parse(readFileSync(join(DIST, 'command-line.js.map'), 'utf8')) as { sources: string[] };
  assert.ok(sources.some(source => source.endsWith('cli/commands/call.ts')));
  assert.deepEqual(
    sources.filter(source => !/^\.\.\/(cli\/|node_modules\/(sade|mri|ws)\/)/.test(source)),
    [],
  );
  assert.doesNotMatch(
    readFileSync(join(DIST, 'command-line.js'), 'utf8'),
    /^import\s*["'{*][^;]*from\s*["']\.\//m,
    'no other file before it',
  );
});

/** The modules an output and everything it imports statically consist of. */
function loaded(metafile: Metafile, file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const { inputs, imports } = metafile.outputs[file]!;
  const own = Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => input);
  const further = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return [...own, ...further.flatMap(({ path }) => loaded(metafile, path, seen))];
}
