import { setTimeout as sleep } from 'node:timers/promises';
import { connect, connectRunning, type Daemon } from './connect.ts';
import { isAlive } from './daemon/alive.ts';
import { dataDirectory, readDaemonFile } from './daemon/files.ts';
import { UnreachableError } from './failure.ts';
import type { Request } from './http.ts';

const ATTEMPTS = 6;

/**
 * A daemon that is found again when it goes away in the middle of a conversation: started again when it crashed, waited for a few
 * seconds when somebody stopped it. Only for requests that may be sent twice: reads, and writes under an idempotency key.
 */
export async function connectSteadily(entry: string): Promise<Daemon> {
  let daemon = await connect(entry);
  const steady = async <T>(attempt: (daemon: Daemon) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(daemon);
      } catch (error) {
        if (!(error instanceof UnreachableError) || tries === ATTEMPTS) throw error;
        await sleep(50 * 2 ** tries);
        daemon = (await connectAgain(entry).catch(() => undefined)) ?? daemon;
      }
    }
  };
  return {
    get url() {
      return daemon.url;
    },
    get token() {
      return daemon.token;
    },
    ask: <T>(request: Request) => steady(current => current.ask<T>(request)),
    send: request => steady(current => current.send(request)),
  };
}

/** A daemon that stops takes its file with it at the end; one that crashed leaves it. */
function connectAgain(entry: string): Promise<Daemon | undefined> {
  const last = readDaemonFile(dataDirectory());
  return last && !isAlive(last.pid) ? connect(entry) : connectRunning();
}
