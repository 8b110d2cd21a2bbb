import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBookshop } from '../../demo/bookshop.ts';
import { runProgram } from '../cli/rig.ts';
import { surroundings } from '../daemon.ts';
import { pack } from '../e2e/package.ts';

/** `npm run pack:check`: installs the packed package with `npm i -g --prefix`, over the network, and begins as the README does. */

const place = mkdtempSync(join(tmpdir(), 'executor-pack-'));
const shop = await openBookshop();
const env = { ...surroundings(join(place, 'data')), PATH: `${join(place, 'prefix', 'bin')}:${process.env.PATH}` };
const run = async (file: string, args: string[], { exits = 0, within = env as NodeJS.ProcessEnv } = {}) => {
  const { code, stdout, stderr } = await runProgram(file, args, { env: within, cwd: place });
  assert.equal(code, exits, stdout + stderr);
  console.log(`${[file, ...args].join(' ')}\n${stdout}`);
};
try {
  const { tarball } = await pack(place);
  await run('npm', ['install', '-g', '--prefix', join(place, 'prefix'), '--no-audit', '--no-fund', tarball], {
    // How the registry is reached from here is npm's own matter: proxies, certificates, its configuration.
    within: process.env,
  });
  await run('executor', ['--version']);
  await run('executor', ['add', shop.url, '--name', 'bookshop', '--allow-private']);
  await run('executor', ['call', 'bookshop', 'books', 'search', 'q=goose']);
  await run('executor', ['call', 'bookshop', 'orders', 'create', 'bookId=goose'], { exits: 3 });
  await run('executor', ['daemon', 'stop']);
} finally {
  await shop.close();
  rmSync(place, { recursive: true, force: true });
}
