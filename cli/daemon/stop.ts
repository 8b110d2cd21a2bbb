import { setTimeout as sleep } from 'node:timers/promises';
import { UnreachableError } from '../failure.ts';
import { request } from '../http.ts';
import { isAlive } from './alive.ts';
import { type Located, locate } from './locate.ts';

const PATIENCE_MS = 15_000;

/**
 * Stops the daemon of the data directory and waits until its process is gone.
 * @returns the daemon that was stopped, or undefined when none ran
 */
export async function stopDaemon(): Promise<Located | undefined> {
  const running = await locate();
  if (!running) return undefined;
  const { status } = await request(running.url, { method: 'POST', path: '/api/shutdown', token: running.token, body: {} });
  // It proved itself a moment ago, so the pid it named is its own.
  if (status >= 300) process.kill(running.pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(running.pid)) {
    if (Date.now() > deadline)
      throw new UnreachableError(`the daemon (pid ${running.pid}) does not stop; end it with: kill ${running.pid}`);
    await sleep(20);
  }
  return running;
}
