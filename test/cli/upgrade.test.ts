import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DIST } from '../daemon.ts';
import { isAlive, openRig, type Rig, type RunOptions, runProgram } from './rig.ts';
import { openSystemd } from './supervisor.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = `
const books = await tools.shop.books.list({});
const made = await tools.shop.orders.create({ book: 2 });
return [books[0].title, made.order];
`;

/** What is built here, as a package of that version installed in a folder. */
function installPackage(folder: string, version: string): void {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  cpSync(DIST, join(folder, 'dist'), { recursive: true, filter: source => !source.endsWith('.map') });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  let carriers = 0;
  for (const name of readdirSync(join(folder, 'dist')).filter(each => each.endsWith('.js'))) {
    const file = join(folder, 'dist', name);
    const text = readFileSync(file, 'utf8');
    const renamed = text.replace(`name:"executor",version:"${manifest.version}"`, `name:"executor",version:"${version}"`);
    if (renamed !== text) carriers += 1;
    writeFileSync(file, renamed);
  }
  assert.ok(carriers > 0, 'the build says its version somewhere');
}

/** A rig with a systemd of its own, on which the package is installed in one place, one version after the other. */
async function openHost(t: TestContext) {
  const rig: Rig = await openRig();
  const system = await openSystemd(rig);
  // The system first: a daemon that only the rig ends is started again.
  t.after(async () => {
    await system.close();
    await rig.close();
  });
  const app = join(rig.home, 'app');
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runProgram(process.execPath, [join(app, 'dist', 'cli.js'), ...args], {
      cwd: rig.home,
      ...options,
      env: { ...rig.env, ...system.env, ...options.env },
    });
  const succeed = async (args: readonly string[], options?: RunOptions) => {
    const { code, stdout, stderr } = await run(args, options);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return { stdout, stderr };
  };
  return {
    rig,
    system,
    run,
    succeed,
    /** Puts a version in place of the one that is there, as npm does: aside first, then at once. */
    put(version: string) {
      installPackage(`${app}.new`, version);
      rmSync(app, { recursive: true, force: true });
      renameSync(`${app}.new`, app);
    },
    status: async () => JSON.parse((await succeed(['status', '--json'])).stdout) as { pid: number; version: string },
  };
}

const orders = (rig: Rig) => rig.shop.arrived.filter(({ method }) => method === 'POST').length;

test('an upgrade restarts the service cleanly: a call and a program that wait are approved after it, and are carried out once', async t => {
  const { rig, system, run, succeed, put, status } = await openHost(t);
  put('1.0.0');
  assert.match((await succeed(['install'])).stdout, /^installed: systemd user unit .*\nrunning: {3}http/);
  await succeed(['add', rig.specFile, '--name', 'shop', '--allow-private']);
  const call = await run(['call', 'shop', 'orders', 'create', 'book=1', '--json']);
  assert.equal(call.code, 3, call.stderr);
  const program = await run(['run', '-', '--json'], { input: PROGRAM });
  assert.equal(program.code, 3, program.stderr);
  const [callId, programId]: string[] = [JSON.parse(call.stdout).error.executionId, JSON.parse(program.stdout).id];
  const before = await status();
  assert.deepEqual([before.version, before.pid], ['1.0.0', system.pid()]);

  put('2.0.0');
  assert.match((await succeed(['status'])).stderr, /^The daemon is of version 1\.0\.0, this is 2\.0\.0\. .*executor daemon restart$/m);
  await succeed(['install']);
  const after = await status();
  assert.deepEqual([after.version, after.pid], ['2.0.0', system.pid()]);
  assert.notEqual(after.pid, before.pid);
  assert.equal(isAlive(before.pid), false);
  assert.doesNotMatch((await succeed(['status'])).stderr, /version/);
  assert.equal(orders(rig), 0, 'nothing left by itself');
  const { items } = JSON.parse((await succeed(['pending', '--json'])).stdout) as { items: { id: string; parent?: string }[] };
  assert.deepEqual(items.flatMap(({ id, parent }) => parent ?? id).sort(), [callId, programId].sort());

  await succeed(['resume', '--execution-id', callId!]);
  assert.equal(orders(rig), 1);
  const { stdout } = await succeed(['resume', '--execution-id', programId!]);
  assert.deepEqual(JSON.parse(stdout), ['Dune', 2]);
  assert.equal(orders(rig), 2);
  assert.equal(rig.shop.arrived.filter(({ path }) => path === '/books').length, 1, 'what the program had read is not read again');
  await succeed(['doctor']);
  await succeed(['uninstall']);
  assert.equal(isAlive(after.pid), false);
});

test('daemon restart restarts the service, and starts no daemon beside it', async t => {
  const { rig, system, run, succeed, put, status } = await openHost(t);
  put('1.0.0');
  await succeed(['install']);
  await succeed(['add', rig.specFile, '--name', 'shop', '--allow-private']);
  const call = await run(['call', 'shop', 'orders', 'create', 'book=1', '--json']);
  put('2.0.0');
  const { pid, version } = JSON.parse((await succeed(['daemon', 'restart', '--json'])).stdout);
  assert.deepEqual([version, pid], ['2.0.0', system.pid()]);
  assert.equal((await status()).pid, pid);
  await succeed(['resume', '--execution-id', JSON.parse(call.stdout).error.executionId]);
  assert.equal(orders(rig), 1);
  const other = await succeed(['daemon', 'restart', '--json'], { env: { EXECUTOR_DATA_DIR: join(rig.home, 'another') } });
  assert.notEqual(JSON.parse(other.stdout).pid, system.pid(), 'the service is that of one data directory');
  await succeed(['daemon', 'stop'], { env: { EXECUTOR_DATA_DIR: join(rig.home, 'another') } });
  assert.equal((await status()).pid, pid);
});
