import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { test } from 'node:test';

/** Who may import whom (DESIGN, "The tree"): machines ← runtime ← transports ← cli; ui imports machines only. */
const LAW: Record<string, readonly string[]> = {
  machines: ['machines'],
  runtime: ['runtime', 'machines'],
  transports: ['transports', 'runtime', 'machines'],
  cli: ['cli', 'transports', 'runtime', 'machines'],
  ui: ['ui', 'machines'],
};
const MACHINES_MAY_USE = new Set(['xstate', '@sinclair/typebox']);

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|tsx)$/.test(entry.name) ? [path] : [];
  });

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from\s+|import\s*\(\s*|^import\s+)'([^']+)'/gm)].map(match => match[1]!);

for (const [room, allowed] of Object.entries(LAW)) {
  test(`${room} imports nothing but ${allowed.join(', ')}`, () => {
    const files = sources(room);
    assert.ok(files.length > 0);
    for (const file of files) {
      for (const target of imports(file)) {
        if (!target.startsWith('.')) continue;
        const place = normalize(join(dirname(file), target)).split(sep)[0]!;
        if (place === 'package.json') continue;
        assert.ok(allowed.includes(place), `${file} imports ${target}`);
      }
    }
  });
}

test('machines use no package but xstate and typebox, and nothing of Node', () => {
  for (const file of sources('machines')) {
    for (const target of imports(file)) {
      assert.ok(target.startsWith('.') || MACHINES_MAY_USE.has(target), `${file} imports ${target}`);
    }
  }
});

test('the file that would be everybody’s drawer does not exist', () => {
  const drawers = Object.keys(LAW)
    .flatMap(sources)
    .filter(file => /(^|\/)(index|utils?|helpers?|manager|common|misc)\.tsx?$/.test(file));
  assert.deepEqual(drawers, []);
});
