import type { IncomingMessage } from 'node:http';

/** Bodies above this are refused with 413 (CONTRACT, section 4). */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** A parsed body, or why there is none. */
export type Body = { ok: true; value: unknown } | { ok: false; status: number; code: number; message: string };

/** Reads and parses a JSON body. */
export async function readBody(req: IncomingMessage): Promise<Body> {
  const tooLarge: Body = { ok: false, status: 413, code: -32000, message: `The body is larger than ${LIMIT_BYTES} bytes.` };
  if (Number(req.headers['content-length']) > LIMIT_BYTES) return tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed when it is too large, or the answer could not be sent any more.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) return tooLarge;
    chunks.push(chunk);
  }
  try {
    return { ok: true, value: JSON.parse((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8')) };
  } catch {
    return { ok: false, status: 400, code: -32700, message: 'Parse error: the body is not valid JSON.' };
  }
}
