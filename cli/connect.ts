import type { Fault } from '../machines/schema/fault.ts';
import { dataDirectory, readToken } from './daemon/files.ts';
import { locate } from './daemon/locate.ts';
import { isLoopback, prove } from './daemon/proof.ts';
import { AnswerError, UnreachableError } from './failure.ts';
import { type Reply, type Request, request } from './http.ts';

/** A daemon to talk to. */
export interface Daemon {
  readonly url: string;
  readonly token: string | undefined;
  /** Sends a request and gives the answer's body; a fault is thrown as `AnswerError`. */
  ask<T>(request: Request): Promise<T>;
  /** Sends a request and gives the answer whatever it says. */
  send(request: Request): Promise<Reply>;
}

/**
 * Finds the daemon to talk to: the one `EXECUTOR_URL` names, else the one of the data directory, started when it does not run.
 * @param entry the URL of the running command's own file
 * @throws UnreachableError
 */
export async function connect(entry: string): Promise<Daemon> {
  const named = process.env.EXECUTOR_URL;
  if (named) return open(named, process.env.EXECUTOR_TOKEN || (await tokenFor(named)));
  const located = (await locate()) ?? (await (await import('./daemon/start.ts')).startDaemon(entry));
  return open(located.url, process.env.EXECUTOR_TOKEN || located.token);
}

/** The daemon that runs already, if any: nothing is started. */
export async function connectRunning(): Promise<Daemon | undefined> {
  const named = process.env.EXECUTOR_URL;
  if (named) return open(named, process.env.EXECUTOR_TOKEN || (await tokenFor(named)));
  const located = await locate();
  return located && open(located.url, process.env.EXECUTOR_TOKEN || located.token);
}

/** The file's token leaves for a daemon on this machine only, and only once that daemon has shown that it knows it already. */
async function tokenFor(url: string): Promise<string | undefined> {
  if (!URL.canParse(url)) throw new UnreachableError(`EXECUTOR_URL is not a URL: ${url}`);
  const token = isLoopback(url) ? readToken(dataDirectory()) : undefined;
  return token && (await prove(url, token)) ? token : undefined;
}

function open(url: string, token: string | undefined): Daemon {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UnreachableError(`EXECUTOR_URL is not an http URL: ${url}`);
  const send = (wanted: Request) => request(url, { token, ...wanted });
  return {
    url: url.replace(/\/+$/, ''),
    token,
    send,
    ask: async <T>(wanted: Request) => {
      const { status, body } = await send(wanted);
      if (status >= 200 && status < 300) return body as T;
      throw new AnswerError(faultOf(status, body), status, body);
    },
  };
}

/** The fault an answer carries; an answer without one did not come from our routes. */
export function faultOf(status: number, body: unknown): Fault {
  const fault = (body as { error?: Partial<Fault> } | undefined)?.error;
  if (fault && typeof fault.code === 'string' && typeof fault.message === 'string') return fault as Fault;
  return { code: status === 401 ? 'unauthorized' : 'internal', message: `the daemon answered with status ${status}` };
}
