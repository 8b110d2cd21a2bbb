import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Bookshop, openBookshop } from '../../demo/bookshop.ts';
import { runProgram } from '../cli/rig.ts';
import { surroundings } from '../daemon.ts';
import { pack, productionClosure, unpack } from './package.ts';

let place: string;
let shop: Bookshop;
before(async () => {
  place = mkdtempSync(join(tmpdir(), 'executor package '));
  shop = await openBookshop();
});
after(async () => {
  await shop.close();
  rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

test('the packed package, with nothing beside it but what it depends on, does what the README begins with', async () => {
  const { tarball, files } = await pack(place);
  for (const name of ['dist/cli.js', 'dist/daemon.js', 'dist/executor.d.ts', 'dist/ui/index.html', 'README.md', 'docs/cli.md', 'LICENSE'])
    assert.ok(files.includes(name), name);
  assert.deepEqual(
    files.filter(name => !/^(dist|docs)\/|^(README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(name)),
    [],
  );
  const cli = await unpack(tarball, place);
  const env = surroundings(join(place, 'data'));
  const executor = async (args: string[], exits = 0) => {
    const { code, stdout, stderr } = await runProgram(process.execPath, [cli, ...args], { env, cwd: place });
    assert.equal(code, exits, stdout + stderr);
    return stdout;
  };
  assert.match(await executor(['--version']), /^\d+\.\d+\.\d+\n$/);
  await executor(['daemon', 'start']);
  try {
    await executor(['add', shop.url, '--name', 'bookshop', '--allow-private']);
    assert.match(await executor(['tools', 'search', 'order a book', '--limit', '1']), /bookshop\.orders\.create/);
    assert.match(await executor(['call', 'bookshop', 'books', 'search', 'q=goose']), /The Wild Goose Chase/);
    await executor(['call', 'bookshop', 'orders', 'create', 'bookId=goose'], 3);
    const { code, stdout, stderr } = await runProgram(process.execPath, [cli, 'run', '-'], {
      env,
      input: 'return (await tools.bookshop.books.get({ id: "sicp" })).stock',
    });
    assert.deepEqual([code, stdout], [0, '3\n'], stderr);
    const url = (JSON.parse(await executor(['daemon', 'status', '--json'])) as { url: string }).url;
    assert.match(await (await fetch(url)).text(), /<script/);
  } finally {
    await executor(['daemon', 'stop']);
  }
});

test('an installation brings along only what cannot be bundled: the store, the sandbox, and what they need', () => {
  assert.ok(productionClosure().length <= 20, productionClosure().join('\n'));
});
