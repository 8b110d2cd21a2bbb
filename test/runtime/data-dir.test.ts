import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { FaultError } from '../../machines/schema/fault.ts';
import { openDataDir, resolveDataDir } from '../../runtime/data-dir.ts';
import { modeOf, temporaryFolder } from './folder.ts';

const isRoot = process.getuid?.() === 0;

test('the data directory is the variable, else the place the platform has for it', () => {
  const home = '/home/mary';
  const places: [NodeJS.Platform, Record<string, string>, string][] = [
    ['linux', {}, '/home/mary/.local/share/executor'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/executor'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/mary/.local/share/executor'],
    ['linux', { XDG_DATA_HOME: '/data', EXECUTOR_DATA_DIR: '/mine' }, '/mine'],
    ['linux', { EXECUTOR_DATA_DIR: '' }, '/home/mary/.local/share/executor'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/mary/Library/Application Support/executor'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/executor'],
    ['win32', {}, '/home/mary/AppData/Local/executor'],
  ];
  for (const [platform, env, expected] of places) assert.equal(resolveDataDir({ platform, env, home }), path.resolve(expected));
});

test('a relative variable is made absolute, so that nothing depends on the working directory later', () => {
  const found = resolveDataDir({ platform: 'linux', env: { EXECUTOR_DATA_DIR: 'here' }, home: '/home/mary' });
  assert.equal(found, path.join(process.cwd(), 'here'));
});

test('without a home and without the variable the error says what to set', () => {
  assert.throws(() => resolveDataDir({ platform: 'linux', env: {}, home: '' }), {
    code: 'invalid_arguments',
    message: /EXECUTOR_DATA_DIR/,
  });
  assert.ok(path.isAbsolute(resolveDataDir()));
});

test('a new directory is made with all above it, for its owner only', t => {
  const directory = path.join(temporaryFolder(t), 'a', 'b');
  assert.equal(openDataDir(directory), directory);
  assert.equal(modeOf(directory), '700');
  assert.deepEqual(fs.readdirSync(directory), []);
  assert.equal(openDataDir(directory), directory);
});

test('a directory that others could look into is closed with all that is in it', { skip: process.platform === 'win32' }, t => {
  const directory = path.join(temporaryFolder(t), 'open');
  fs.mkdirSync(path.join(directory, 'db'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'db', '000001.ldb'), 'x');
  fs.writeFileSync(path.join(directory, 'token'), 'x');
  for (const file of ['.', 'db']) fs.chmodSync(path.join(directory, file), 0o755);
  for (const file of ['db/000001.ldb', 'token']) fs.chmodSync(path.join(directory, file), 0o644);
  openDataDir(directory);
  assert.deepEqual(
    ['.', 'db', 'db/000001.ldb', 'token'].map(file => modeOf(path.join(directory, file))),
    ['700', '700', '600', '600'],
  );
});

test('a file in its place is told as that', t => {
  const file = path.join(temporaryFolder(t), 'file');
  fs.writeFileSync(file, 'x');
  for (const place of [file, path.join(file, 'below')]) {
    assert.throws(
      () => openDataDir(place),
      error => {
        const fault = error as FaultError;
        assert.deepEqual([fault.code, fault.details?.reason], ['internal', 'not_a_directory']);
        assert.match(fault.message, /EXECUTOR_DATA_DIR/);
        return true;
      },
    );
  }
});

test('a directory of somebody else is refused', { skip: !isRoot }, t => {
  const directory = path.join(temporaryFolder(t), 'foreign');
  fs.mkdirSync(directory, { mode: 0o700 });
  fs.chownSync(directory, 12345, 12345);
  assert.throws(() => openDataDir(directory), { code: 'internal', message: /belongs to the user 12345/ });
});

test('a place that cannot be written to is told when it is opened', t => {
  const place = isRoot ? '/proc/executor-test' : path.join(temporaryFolder(t), 'locked', 'data');
  if (!isRoot) fs.mkdirSync(path.dirname(place), { mode: 0o500 });
  assert.throws(() => openDataDir(place), { code: 'internal', message: /cannot be used/ });
});
