import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataDirectory, readDaemonFile, readToken } from '../../cli/daemon/files.ts';
import { readDaemonFile as daemonReads, writeDaemonFile } from '../../runtime/daemon-file.ts';
import { resolveDataDir } from '../../runtime/data-dir.ts';
import { loadToken } from '../../runtime/token.ts';

const ENVIRONMENTS = [
  {},
  { EXECUTOR_DATA_DIR: '/data/executor' },
  { EXECUTOR_DATA_DIR: 'relative dir' },
  { EXECUTOR_DATA_DIR: '' },
  { XDG_DATA_HOME: '/xdg' },
  { XDG_DATA_HOME: 'relative' },
  { LOCALAPPDATA: '/local' },
  { EXECUTOR_DATA_DIR: '/data', XDG_DATA_HOME: '/xdg', LOCALAPPDATA: '/local' },
];

test('client and daemon find the same directory in every surrounding', () => {
  for (const platform of ['linux', 'darwin', 'win32', 'freebsd'] as const) {
    for (const home of ['/home/me', '/Users/with space', '']) {
      for (const env of ENVIRONMENTS) {
        const attempt = (find: () => string) => {
          try {
            return find();
          } catch {
            return 'refused';
          }
        };
        const client = attempt(() => dataDirectory(env, platform, home));
        assert.equal(
          client,
          attempt(() => resolveDataDir({ env, platform, home })),
          JSON.stringify({ platform, home, env }),
        );
      }
    }
  }
});

test('client and daemon read the same files', t => {
  const directory = mkdtempSync(join(tmpdir(), 'exec-files-'));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.equal(readDaemonFile(directory), undefined);
  assert.equal(readToken(directory), undefined);
  writeDaemonFile(directory, { pid: 7, url: 'http://127.0.0.1:4788', version: '1.0.0', startedAt: '2026-01-01T00:00:00.000Z' });
  assert.deepEqual(readDaemonFile(directory), daemonReads(directory));
  const token = loadToken(directory);
  assert.equal(readToken(directory), token);
  writeFileSync(join(directory, 'daemon.json'), '{"pid":');
  assert.equal(readDaemonFile(directory), undefined);
});
