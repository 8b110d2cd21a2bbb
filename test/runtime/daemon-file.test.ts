import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readDaemonFile, removeDaemonFile, writeDaemonFile } from '../../runtime/daemon-file.ts';
import { modeOf, temporaryFolder } from './folder.ts';

const daemon = { pid: 4711, url: 'http://127.0.0.1:4788', version: '0.1.0', startedAt: '2026-11-23T12:00:00.000Z' };

test('the daemon file is written for its owner, read back, and replaced by the next daemon', t => {
  const folder = temporaryFolder(t);
  writeDaemonFile(folder, daemon);
  assert.deepEqual(readDaemonFile(folder), daemon);
  assert.equal(modeOf(path.join(folder, 'daemon.json')), '600');
  writeDaemonFile(folder, { ...daemon, pid: 4712 });
  assert.equal(readDaemonFile(folder)?.pid, 4712);
  assert.deepEqual(fs.readdirSync(folder), ['daemon.json']);
});

test('a missing or damaged daemon file is no daemon', t => {
  const folder = temporaryFolder(t);
  assert.equal(readDaemonFile(folder), undefined);
  for (const bad of ['', '{', 'null', '[]', '{"pid":"1"}', JSON.stringify({ ...daemon, pid: -1 })]) {
    fs.writeFileSync(path.join(folder, 'daemon.json'), bad);
    assert.equal(readDaemonFile(folder), undefined, bad);
  }
});

test('a daemon removes its own file and leaves the file of the one that came after it', t => {
  const folder = temporaryFolder(t);
  writeDaemonFile(folder, daemon);
  removeDaemonFile(folder, 1);
  assert.deepEqual(readDaemonFile(folder), daemon);
  removeDaemonFile(folder, daemon.pid);
  removeDaemonFile(folder, daemon.pid);
  assert.deepEqual(fs.readdirSync(folder), []);
});
