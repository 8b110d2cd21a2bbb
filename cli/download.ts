import { createWriteStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Daemon, faultOf } from './connect.ts';
import { AnswerError, UnreachableError, UsageError } from './failure.ts';

/**
 * Writes an answer of the daemon into a new file that only its owner may read, without holding it in memory.
 * @returns how many bytes it has
 * @throws UnreachableError when the answer ends before it is whole; UsageError when there can be no such file; UsageError when the file cannot be written
 */
export async function download({ url: base, token }: Daemon, path: string, file: string): Promise<number> {
  const url = new URL(base + path);
  const send = url.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = send(url, { agent: false, headers: token ? { authorization: `Bearer ${token}` } : {} }, resolve);
    outgoing.on('error', cause => reject(new UnreachableError(`${url.origin} does not answer`, { cause })));
    outgoing.end();
  });
  const status = incoming.statusCode ?? 0;
  if (status !== 200) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    throw new AnswerError(faultOf(status, body), status, body);
  }
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  try {
    await pipeline(incoming, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === 'open')
      throw new UsageError(`nothing can be written there: ${(cause as Error).message}`);
    throw new UnreachableError(`the answer broke off: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return bytes;
}
