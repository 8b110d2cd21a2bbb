import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EXIT_HELD } from '../daemon-exit.ts';
import { UnreachableError } from '../failure.ts';
import { startProgress } from '../progress.ts';
import { dataDirectory } from './files.ts';
import { type Located, locate } from './locate.ts';
import { takeTurn } from './turn.ts';

const PATIENCE_MS = 30_000;

/**
 * Starts the daemon in the background and waits until it answers. Any number of commands may do so at once: one of their daemons
 * gets the data directory, the others step back (`EXIT_HELD`), and every command finds the one.
 * @param entry the URL of the running command's own file; the daemon's lies beside it
 */
export async function startDaemon(entry: string): Promise<Located> {
  const directory = dataDirectory();
  const deadline = Date.now() + PATIENCE_MS;
  const log = openLog(directory);
  const progress = startProgress('starting the daemon');
  let attempt: Attempt | undefined;
  let endTurn: (() => void) | undefined;
  try {
    for (let pause = 5; Date.now() < deadline; pause = Math.min(pause * 1.2, 100)) {
      const located = await locate(directory);
      if (located) return located;
      if (attempt?.exit !== undefined && attempt.exit !== EXIT_HELD) break;
      // Another daemon holds the directory but does not answer yet, or is on its way out: wait, then try again.
      endTurn ??= takeTurn(directory);
      if (endTurn && (!attempt || attempt.exit === EXIT_HELD)) attempt = await launch(entry, directory, log.fd, attempt !== undefined);
      await sleep(pause);
    }
  } finally {
    progress.end();
    endTurn?.();
    attempt?.child.unref();
    closeSync(log.fd);
  }
  const said = lastLines(log);
  throw new UnreachableError(`the daemon did not start${said && `:\n${said}`}\nIts log is ${log.path}`);
}

interface Attempt {
  child: ChildProcess;
  exit?: number;
}

async function launch(entry: string, directory: string, log: number, again: boolean): Promise<Attempt> {
  if (again) await sleep(150);
  const { EXECUTOR_TOKEN: _, ...env } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(new URL('./daemon.js', entry))], {
    cwd: directory,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log],
    env: { ...env, EXECUTOR_DATA_DIR: directory },
  });
  const attempt: Attempt = { child };
  child.on('error', () => {
    attempt.exit = 1;
  });
  child.on('exit', code => {
    attempt.exit = code ?? 1;
  });
  return attempt;
}

function openLog(directory: string): { fd: number; path: string; size: number } {
  const logs = join(directory, 'logs');
  const path = join(logs, 'daemon.log');
  try {
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const fd = openSync(path, 'a', 0o600);
    chmodSync(path, 0o600);
    return { fd, path, size: statSync(path).size };
  } catch (cause) {
    throw new UnreachableError(`the daemon cannot start: ${(cause as Error).message}`, { cause });
  }
}

/** What this start added to the log. */
function lastLines({ path, size }: { path: string; size: number }): string {
  return readFileSync(path).subarray(size).toString('utf8').trim().split('\n').slice(-8).join('\n');
}
