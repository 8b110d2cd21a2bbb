import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Api, openApi } from './api.ts';
import { type Ran, type RunOptions, runProgram } from './cli/rig.ts';
import type { Ending } from './upstream-recorder.ts';

/** Where the built programs are; `npm run build` makes them. */
export const DIST = process.env.EXECUTOR_TEST_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));

/** The real daemon, as a process of its own. */
export interface DaemonProcess {
  pid: number;
  url: string;
  token: string;
  /** The API as the owner. */
  api: Api;
  /** What it has written to stderr. */
  log(): string;
  exited: Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** A data directory that goes with the test. */
export function temporaryDataDir(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'executor-e2e-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return join(folder, 'data');
}

/** The environment of every process of a test: nothing of the one who runs it is seen. */
export function surroundings(dataDir: string, extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: join(dataDir, '..'), EXECUTOR_DATA_DIR: dataDir, EXECUTOR_PORT: '0', NO_COLOR: '1', TZ: 'UTC', ...extra };
}

/**
 * Starts `dist/daemon.js` and waits until it says that it serves.
 * @throws Error with its log when it ends instead
 */
export async function startDaemon(t: Ending, dataDir: string, env: Record<string, string> = {}): Promise<DaemonProcess> {
  const child = spawn(process.execPath, [join(DIST, 'daemon.js')], {
    env: surroundings(dataDir, env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { exited, log } = watch(child);
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  t.after(end('SIGKILL'));
  await saysServing(child, exited, log);
  const { url } = JSON.parse(readFileSync(join(dataDir, 'daemon.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  return { pid: child.pid!, url, token, api: openApi(url, token), log, exited, kill: end('SIGKILL'), stop: end('SIGTERM') };
}

function watch(child: ChildProcess) {
  let text = '';
  child.stderr!.on('data', chunk => {
    text += chunk;
  });
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  return { exited, log: () => text };
}

function saysServing(child: ChildProcess, exited: Promise<number | null>, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (/serving http/.test(log())) resolve();
    };
    child.stderr!.on('data', look);
    exited.then(code => reject(new Error(`the daemon ended with ${code}:\n${log()}`)));
  });
}

/** The built command line on a data directory, as another shell would run it. */
export function commandLine(dataDir: string, env: Record<string, string> = {}) {
  return (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    runProgram(process.execPath, [join(DIST, 'cli.js'), ...args], { ...options, env: { ...surroundings(dataDir, env), ...options.env } });
}
