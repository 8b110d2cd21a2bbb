import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';

/** An answer; the connection may also just be lost, which is `undefined`. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  body: any;
}

/** The real daemon as a process that may end at any moment. */
export interface Daemon {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer | undefined>;
  alive(): boolean;
  log(): string;
  kill(): void;
  stop(): void;
  /** How it ended: an exit code, or a signal's name. */
  ended: Promise<number | string>;
}

/** Starts it without waiting. `ready` is false when it ended before it served. */
export function launch(dist: string, dataDir: string, env: Record<string, string>): { daemon: Daemon; ready: Promise<boolean> } {
  const child = spawn(process.execPath, [join(dist, 'daemon.js')], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: dataDir,
      EXECUTOR_DATA_DIR: dataDir,
      EXECUTOR_PORT: '0',
      EXECUTOR_ALLOW_PRIVATE: '1',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  let isAlive = true;
  let pool: Pool | undefined;
  let token = '';

  const ended = new Promise<number | string>(resolve => {
    child.once('exit', (code, signal) => {
      isAlive = false;
      pool?.destroy();
      resolve(code ?? signal ?? 'lost');
    });
  });
  const ready = new Promise<boolean>(resolve => {
    child.stderr.on('data', chunk => {
      log += chunk;
      if (pool || !/serving http/.test(log)) return;
      const { url } = JSON.parse(readFileSync(join(dataDir, 'daemon.json'), 'utf8')) as { url: string };
      token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
      pool = new Pool(url, { connections: 64, headersTimeout: 0, bodyTimeout: 0 });
      resolve(true);
    });
    ended.then(() => resolve(false));
  });

  const daemon: Daemon = {
    async ask(method, path, body, headers = {}) {
      try {
        const response = await pool!.request({
          method: method as 'GET',
          path,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const answer = { status: response.statusCode, body: await response.body.json() };
        // It is stopping and takes nothing more: as if the connection were lost.
        return answer.status === 503 ? undefined : answer;
      } catch {
        return undefined; // it ended before it had answered
      }
    },
    alive: () => isAlive,
    log: () => log,
    kill: () => child.kill('SIGKILL'),
    stop: () => child.kill('SIGTERM'),
    ended,
  };
  return { daemon, ready };
}
