import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from '../../runtime/private-file.ts';
import { modeOf, temporaryFolder } from './folder.ts';

test('a private file is created once: the second writer is told, and changes nothing', t => {
  const file = path.join(temporaryFolder(t), 'a');
  assert.equal(createPrivateFile(file, 'one'), true);
  assert.equal(createPrivateFile(file, 'two'), false);
  assert.equal(readPrivateFile(file), 'one');
  assert.equal(modeOf(file), '600');
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a']);
});

test('a private file is replaced in one step and leaves nothing behind', t => {
  const file = path.join(temporaryFolder(t), 'a');
  replacePrivateFile(file, 'one');
  replacePrivateFile(file, 'two');
  assert.equal(readPrivateFile(file), 'two');
  assert.equal(modeOf(file), '600');
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a']);
});

test('a missing file reads as undefined, and a place that cannot be written to throws', t => {
  const folder = temporaryFolder(t);
  assert.equal(readPrivateFile(path.join(folder, 'none')), undefined);
  assert.throws(() => createPrivateFile(path.join(folder, 'none', 'a'), 'x'), { code: 'ENOENT' });
  fs.mkdirSync(path.join(folder, 'taken'));
  assert.throws(() => replacePrivateFile(path.join(folder, 'taken'), 'x'));
  assert.deepEqual(fs.readdirSync(folder), ['taken']);
});
