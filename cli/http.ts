import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { AnswerError, UnreachableError } from './failure.ts';

/** A request to the daemon. `idleMs` ends a conversation in which nothing comes any more. */
export interface Request {
  method?: string;
  path: string;
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string> | undefined;
  idleMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** An answer, its JSON read. */
export interface Reply {
  status: number;
  body: unknown;
}

// CONTRACT, section 4. A daemon closes the connection on a larger body, often before its answer can be read.
const MIB = 1024 * 1024;
const limitOf = (path: string) => (path === '/api/sources' ? 128 * MIB : 16 * MIB);

// A connection costs a command as much as its request does: that of the proof is kept for the request that follows. Idle it holds no
// process, and a daemon that stops closes it.
const kept = new Agent({ keepAlive: true, maxFreeSockets: 1 });

/** What a connection that was closed meanwhile says. */
const LOST = new Set(['ECONNRESET', 'EPIPE']);

/** On a connection that was kept a request may be lost because the other side closes it meanwhile: only what may be sent twice goes there. */
const mayRepeat = (method: string, headers: Record<string, string> = {}) => method === 'GET' || 'idempotency-key' in headers;

/**
 * One request over `node:http`: `fetch` would cost the start of every command some 20 ms.
 * @throws UnreachableError when nobody answers, or somebody who does not speak JSON; AnswerError for a body no daemon takes
 */
export async function request(
  base: string,
  { method = 'GET', path, token, body, headers, idleMs = 30_000, signal }: Request,
): Promise<Reply> {
  const url = new URL(base.replace(/\/+$/, '') + path);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const bytes = text === undefined ? 0 : Buffer.byteLength(text);
  if (bytes > limitOf(path)) throw tooLarge(bytes, limitOf(path));
  const isSecure = url.protocol === 'https:';
  const send = isSecure ? (await import('node:https')).request : httpRequest;
  const attempt = (agent: Agent | false): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const outgoing: ClientRequest = send(url, {
        method,
        agent,
        ...(signal && { signal }),
        headers: {
          accept: 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': bytes }),
          ...headers,
        },
      });
      const lost = (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) return reject(signal.reason);
        if (outgoing.reusedSocket && LOST.has(error.code ?? '')) return resolve(attempt(false));
        reject(new UnreachableError(`${url.origin} does not answer: ${error.code ?? error.message}`, { cause: error }));
      };
      outgoing.setTimeout(idleMs, () => outgoing.destroy(new Error(`nothing came for ${Math.round(idleMs / 1000)} s`)));
      outgoing.on('error', lost);
      outgoing.on('response', incoming => read(incoming).then(resolve, lost));
      outgoing.end(text);
    });
  return attempt(!isSecure && mayRepeat(method, headers) && kept);
}

function tooLarge(bytes: number, limit: number): AnswerError {
  const message = `the body has ${(bytes / MIB).toFixed(1)} MiB, and no more than ${limit / MIB} MiB are taken`;
  const fault = { code: 'body_too_large', message } as const;
  return new AnswerError(fault, 413, { error: fault });
}

async function read(incoming: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return { status: incoming.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) };
  } catch (cause) {
    throw new Error(`the answer (status ${incoming.statusCode}) is no JSON, so this is not an executor daemon`, { cause });
  }
}
