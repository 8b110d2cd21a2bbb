import type { IncomingMessage } from 'node:http';

/** Bodies above this are refused with 413 (CONTRACT, section 4). */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** A parsed body, or why there is none. */
export type Body = { ok: true; value: unknown } | { ok: false; status: number; code: number; message: string };

const TOO_LARGE: Body = { ok: false, status: 413, code: -32000, message: `The body is larger than ${LIMIT_BYTES} bytes.` };

/**
 * Reads and parses a JSON body. By its events: an iterator of a request costs as much as the rest of reading a small one.
 *
 * @throws Error when the client goes in the middle of it
 */
export async function readBody(req: IncomingMessage): Promise<Body> {
  if (Number(req.headers['content-length']) > LIMIT_BYTES) return TOO_LARGE;
  const bytes = await received(req);
  if (!bytes) return TOO_LARGE;
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { ok: false, status: 400, code: -32700, message: 'Parse error: the body is not valid JSON.' };
  }
}

/** The whole of it; undefined when it is too large: the rest is left unread, so that the answer can be sent. */
function received(req: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('The client has gone.'));
    if (req.destroyed) gone();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const taken = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= LIMIT_BYTES) return;
      req.off('data', taken);
      req.pause();
      resolve(undefined);
    };
    req.on('data', taken);
    req.once('end', () => {
      // Every request closes; an error made for each would cost as much as reading it.
      req.off('close', gone);
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    req.once('error', reject);
    req.once('close', gone);
  });
}
