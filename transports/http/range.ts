import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with bytes, or with the one range of them that is asked for (RFC 9110, section 14). */
export function sendRange(req: IncomingMessage, res: ServerResponse, bytes: Uint8Array, type: string): void {
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  const range = rangeOf(req.headers.range, bytes.byteLength);
  if (range === 'unsatisfiable') {
    res.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.byteLength}` }).end();
    return;
  }
  const [start, end] = range ?? [0, bytes.byteLength - 1];
  const part = bytes.subarray(start, end + 1);
  res.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': part.byteLength,
    ...(range && { 'content-range': `bytes ${start}-${end}/${bytes.byteLength}` }),
  });
  res.end(part);
}

function rangeOf(header: string | undefined, size: number): [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start <= end && start < size ? [start, end] : 'unsatisfiable';
}
