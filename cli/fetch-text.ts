import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Daemon, faultOf } from './connect.ts';
import { AnswerError, UnreachableError } from './failure.ts';

/**
 * A generated text of the daemon, as it is.
 * @throws AnswerError with what the daemon says instead; UnreachableError when it does not answer
 */
export async function fetchText({ url: base, token }: Daemon, path: string): Promise<string> {
  const url = new URL(base + path);
  const send = url.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  try {
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, { agent: false, headers: token ? { authorization: `Bearer ${token}` } : {} }, resolve)
        .on('error', reject)
        .end();
    });
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    if (incoming.statusCode === 200) return text;
    const body = JSON.parse(text);
    throw new AnswerError(faultOf(incoming.statusCode ?? 0, body), incoming.statusCode ?? 0, body);
  } catch (cause) {
    if (cause instanceof AnswerError) throw cause;
    throw new UnreachableError(`${url.origin} does not answer: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
